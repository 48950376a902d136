-- What the events of the program say, and nothing else: from the chain's history the whole file is made again.
-- Addresses are base58, hashes hex, amounts of more than 63 bits decimal texts.

CREATE TABLE chain (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    genesis TEXT NOT NULL, program TEXT NOT NULL,
    slot INTEGER NOT NULL, final INTEGER NOT NULL, looked INTEGER NOT NULL
) STRICT;

-- Transactions on their way in: the history is told newest first and applied oldest first.
CREATE TABLE staged (
    position INTEGER PRIMARY KEY, signature TEXT NOT NULL UNIQUE, slot INTEGER NOT NULL, time INTEGER,
    failed INTEGER NOT NULL, events BLOB NOT NULL, final INTEGER NOT NULL
) STRICT;

CREATE TABLE transactions (
    no INTEGER PRIMARY KEY, signature TEXT NOT NULL UNIQUE, slot INTEGER NOT NULL, time INTEGER,
    failed INTEGER NOT NULL, final INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
    no INTEGER PRIMARY KEY, tx INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX events_of_tx ON events (tx);
CREATE TABLE mentions (
    address TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (address, event)
) STRICT, WITHOUT ROWID;

-- Rows as they were before a transaction that a fork may still undo.
CREATE TABLE undo (
    no INTEGER PRIMARY KEY, tx INTEGER NOT NULL, entity TEXT NOT NULL, key TEXT NOT NULL, before TEXT
) STRICT;
CREATE INDEX undo_of_tx ON undo (tx);

CREATE TABLE repositories (
    address TEXT PRIMARY KEY, creator TEXT, owner TEXT, name TEXT, flags INTEGER, cluster TEXT, srs_id TEXT,
    slot INTEGER, time INTEGER, epoch INTEGER DEFAULT 0, archived INTEGER DEFAULT 0,
    offered_to TEXT DEFAULT '', offer_expires INTEGER DEFAULT 0, moved INTEGER DEFAULT 0,
    ancestor TEXT DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX repositories_by_ancestor ON repositories (ancestor) WHERE ancestor != '';
CREATE INDEX repositories_by_name ON repositories (name);
CREATE INDEX repositories_by_owner ON repositories (owner);
CREATE INDEX repositories_by_move ON repositories (moved);

CREATE TABLE members (
    repository TEXT, wallet TEXT, role INTEGER DEFAULT 0, slot INTEGER, time INTEGER,
    delegate TEXT DEFAULT '', delegate_role INTEGER DEFAULT 0, delegate_expires INTEGER DEFAULT 0,
    epoch INTEGER DEFAULT 0, delegate_epoch INTEGER DEFAULT 0,
    PRIMARY KEY (repository, wallet)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_wallet ON members (wallet);

CREATE TABLE branches (
    address TEXT PRIMARY KEY, repository TEXT, name TEXT, creator TEXT, lineage TEXT, fork_point TEXT,
    manifest_hash TEXT, base_hash TEXT, chunks INTEGER, rules TEXT, head TEXT, head_seq INTEGER DEFAULT 0,
    slot INTEGER, time INTEGER, moved INTEGER DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX branches_by_repository ON branches (repository);
CREATE INDEX branches_by_base ON branches (base_hash);

-- `history_level` is the program's: that of nothing is the highest. `lowest` is the lowest level of all updates
-- that a head is made of, through new bases too, and nothing where there is none.
CREATE TABLE commits (
    address TEXT PRIMARY KEY, repository TEXT, branch TEXT, round TEXT DEFAULT '', parent TEXT DEFAULT '',
    author TEXT, kind INTEGER, state INTEGER, level INTEGER DEFAULT 0, history_level INTEGER,
    lowest INTEGER, shift INTEGER DEFAULT 0, flags INTEGER DEFAULT 0, blob_hash TEXT DEFAULT '',
    location TEXT DEFAULT '', key TEXT DEFAULT '', parts INTEGER DEFAULT 0, parts_done INTEGER DEFAULT 0,
    norm TEXT DEFAULT '0', bound TEXT DEFAULT '0', samples INTEGER DEFAULT 0, loss INTEGER DEFAULT 0,
    accuracy INTEGER DEFAULT 0, epsilon INTEGER DEFAULT 0, approvals INTEGER DEFAULT 0,
    rejects INTEGER DEFAULT 0, held_by TEXT DEFAULT '', idx INTEGER, weight INTEGER, seq INTEGER,
    closed INTEGER DEFAULT 0, slot INTEGER, time INTEGER, tx INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX commits_by_repository ON commits (repository, state, tx);
CREATE INDEX commits_by_branch ON commits (branch, state, tx);
CREATE INDEX commits_by_author ON commits (author, tx);
CREATE INDEX commits_by_holder ON commits (held_by, idx);
CREATE INDEX commits_by_round ON commits (round);
CREATE INDEX commits_by_blob ON commits (blob_hash);
CREATE INDEX commits_by_parent ON commits (parent);

-- What a head is the sum of beside its parent (a merge), or altogether (an operation): factor over `one`.
CREATE TABLE terms (
    result TEXT, position INTEGER, term TEXT, factor INTEGER, one INTEGER, update_ INTEGER,
    PRIMARY KEY (result, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_by_term ON terms (term);

CREATE TABLE units (
    unit_of TEXT, unit INTEGER, p TEXT, tx INTEGER, PRIMARY KEY (unit_of, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE rounds (
    address TEXT PRIMARY KEY, branch TEXT, idx INTEGER, kind INTEGER, state INTEGER, opener TEXT, rules TEXT,
    slot INTEGER, time INTEGER, propose_until INTEGER, review_until INTEGER, merge_until INTEGER,
    proposed INTEGER DEFAULT 0, accepted INTEGER DEFAULT 0, sum_samples INTEGER DEFAULT 0,
    set_hash TEXT DEFAULT '', weights_hash TEXT DEFAULT '', head TEXT DEFAULT '', attempt INTEGER DEFAULT 0,
    merge TEXT DEFAULT '', approvals INTEGER DEFAULT 0, cancelled_by TEXT DEFAULT '', closed INTEGER DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX rounds_by_branch ON rounds (branch, idx);
CREATE INDEX rounds_by_state ON rounds (state);

CREATE TABLE reviews (
    subject TEXT, reviewer TEXT, verdict INTEGER, note_hash TEXT DEFAULT '', voided_by TEXT DEFAULT '',
    slot INTEGER, time INTEGER, PRIMARY KEY (subject, reviewer)
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_by_reviewer ON reviews (reviewer);

CREATE TABLE operations (
    address TEXT PRIMARY KEY, branch TEXT, head TEXT, author TEXT, result TEXT, m INTEGER, state INTEGER,
    note_hash TEXT DEFAULT '', slot INTEGER, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_branch ON operations (branch);
CREATE INDEX operations_by_author ON operations (author);

CREATE TABLE approvals (
    subject TEXT, approver TEXT, attempt INTEGER DEFAULT 0, slot INTEGER, time INTEGER,
    PRIMARY KEY (subject, approver)
) STRICT, WITHOUT ROWID;

-- What people said of an operation or commit: each of an author's words stays.
CREATE TABLE remarks (
    subject TEXT, author TEXT, note_hash TEXT, verdict INTEGER, slot INTEGER, time INTEGER,
    PRIMARY KEY (subject, author, note_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX remarks_by_author ON remarks (author);

CREATE TABLE tags (
    address TEXT PRIMARY KEY, repository TEXT, name TEXT, tagged TEXT, tagger TEXT, note_hash TEXT DEFAULT '',
    moves INTEGER DEFAULT 0, slot INTEGER, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_repository ON tags (repository);
CREATE INDEX tags_by_tagged ON tags (tagged);
CREATE INDEX tags_by_name ON tags (name);

-- `subject` is the commit, or the repository itself; `first` the wallet that it was made for.
CREATE TABLE nfts (
    mint TEXT PRIMARY KEY, repository TEXT, subject TEXT, first TEXT, blob_hash TEXT, location TEXT,
    slot INTEGER, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX nfts_by_repository ON nfts (repository);
CREATE INDEX nfts_by_subject ON nfts (subject);
CREATE INDEX nfts_by_first ON nfts (first);

-- A repository's sale, which is the newest one: prices and what was paid are lamports.
CREATE TABLE sales (
    address TEXT PRIMARY KEY, repository TEXT, branch TEXT, seller TEXT, price INTEGER, expires INTEGER,
    state INTEGER, buyer TEXT DEFAULT '', slot INTEGER, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sales_by_repository ON sales (repository);
CREATE INDEX sales_by_seller ON sales (seller);
CREATE INDEX sales_by_buyer ON sales (buyer);

-- What a branch's sales have paid to a wallet: for its updates, and as its owner's rest.
CREATE TABLE earnings (
    branch TEXT, wallet TEXT, claimed INTEGER DEFAULT 0, swept INTEGER DEFAULT 0, PRIMARY KEY (branch, wallet)
) STRICT, WITHOUT ROWID;
CREATE INDEX earnings_by_wallet ON earnings (wallet);

CREATE TABLE locations (
    address TEXT PRIMARY KEY, location_of TEXT, poster TEXT, blob_hash TEXT, location TEXT, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX locations_by_commit ON locations (location_of);

CREATE TABLE keys (
    address TEXT PRIMARY KEY, hash TEXT, payer TEXT, time INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE pins (
    repository TEXT, key TEXT, relation INTEGER, width INTEGER, n INTEGER, pinned_by TEXT, time INTEGER,
    PRIMARY KEY (repository, key)
) STRICT, WITHOUT ROWID;

-- What strangers wrote, found in the store under hashes of the chain: no part of the projection.
-- A hash may be named as several kinds: what one says it is of must not change what another reads of it.
CREATE TABLE words (
    hash TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', figures TEXT NOT NULL DEFAULT '{}',
    problem TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 1,
    place TEXT NOT NULL DEFAULT '', PRIMARY KEY (hash, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX words_waiting ON words (again) WHERE again > 0;
