//! Names a sum of commits as a branch's next head, and creates the commit that it will be.
//!
//! Signed by a contributor and up on a protected branch, else by who has the branch's `operate_role`. The terms' commits
//! follow as further accounts in order of their addresses, an update's merged round right after it. Emits
//! [`OperationCreated`].

use crate::prelude::*;
use federity_protocol::{
    constants::{
        ACCOUNT_VERSION, COMMIT_STATE_OPEN, KIND_OPERATION, LEVEL_TRAINED, OPERATION_STATE_OPEN,
        OPERATION_TERMS,
    },
    seeds,
};

use crate::{
    errors::FederityError,
    events::{NamedTerm, OperationCreated},
    instructions::slot,
    state::{
        cast,
        operation::{
            check_bound, check_terms, operation_id, reach, result_fraction, Demand, Operand, Reach,
            TermArgs,
        },
        Branch, Commit, Here, Member, Operation, Repository, Round, Wide,
    },
};

#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct OperationCreateArgs {
    /// sha256 of head, author, m and terms: part of the operation's address.
    pub id: [u8; 32],
    /// The sum is over `2^m`.
    pub m: u8,
    /// In order of their commits' addresses.
    pub terms: Vec<TermArgs>,
    /// sha256 of what the author says about it, or zero.
    pub note_hash: [u8; 32],
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: OperationCreateArgs)]
pub struct OperationCreate {
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    pub member: Account<Member>,
    pub repository: Account<Repository>,
    pub branch: Account<Branch>,
    pub head: Account<Commit>,
    #[account(init, payer = payer, seeds = [seeds::OPERATION, branch.address().as_ref(), args.id.as_ref()], bump)]
    pub operation: Account<Operation>,
    #[account(init, payer = payer, seeds = [seeds::COMMIT, operation.address().as_ref(), operation.address().as_ref()], bump)]
    pub result: Account<Commit>,
    pub system_program: Program<System>,
}

impl OperationCreate {
    fn validate(&self, slot: u64) -> Result<()> {
        let here = Here::new(&self.repository, &self.branch.repository, slot)?;
        self.member.authorise(
            &here,
            self.authority.address(),
            self.branch.operating_role(),
        )?;
        require!(
            self.branch.head == *self.head.address(),
            FederityError::OperationStale
        );
        Ok(())
    }
}

/// Two accounts a term at most.
const MOST: usize = 2 * OPERATION_TERMS;

pub fn handler(ctx: &mut Context<OperationCreate>, args: OperationCreateArgs) -> Result<()> {
    let slot = slot()?;
    ctx.accounts.validate(slot)?;
    let views = ctx.remaining_accounts()?;
    require!(views.len() <= MOST, FederityError::InvalidTerms);
    let mut data: [Option<_>; MOST] = core::array::from_fn(|_| None);
    for (held, view) in data.iter_mut().zip(&views) {
        *held = Some(view.try_borrow()?);
    }
    let accounts = &mut ctx.accounts;
    let head = Operand {
        address: *accounts.head.address(),
        commit: &accounts.head,
        round: None,
    };
    let mut operands = [head; OPERATION_TERMS];
    let mut count = 0usize;
    let mut given = views.iter().zip(data.iter().flatten());
    while let Some((view, held)) = given.next() {
        let commit: &Commit = cast(view, held)?;
        let mut round = None;
        if commit.is_update() {
            let (view, held) = given.next().ok_or(FederityError::OperandNotMerged)?;
            round = Some((*view.address(), cast::<Round>(view, held)?));
        }
        let operand = operands.get_mut(count).ok_or(FederityError::InvalidTerms)?;
        *operand = Operand {
            address: *view.address(),
            commit,
            round,
        };
        count = count.wrapping_add(1);
    }
    let operands = operands.get(..count).unwrap_or_default();

    let author = accounts.member.wallet;
    check_terms(&head.address, args.m, operands, &args.terms)?;
    let id = operation_id(&head.address, &author, args.m, operands, &args.terms);
    require!(id == args.id, FederityError::OperationAddressMismatch);
    let branch_address = *accounts.branch.address();
    let branch = &accounts.branch;
    let fraction_bits = result_fraction(operands, args.m)?;
    let Reach { bound, step } = reach(head, operands, &args.terms, args.m, fraction_bits);
    let bound = check_bound(bound)?;
    let (start, travel) = head.commit.journey(&head.address, &branch_address);
    let seq = branch.head_seq.get().checked_add(1);
    let seq = seq.ok_or(FederityError::CounterOverflow)?;

    let operation_address = *accounts.operation.address();
    let result_address = *accounts.result.address();
    let payer = *accounts.payer.address();
    let operation = &mut accounts.operation;
    let result = &mut accounts.result;
    result.version = ACCOUNT_VERSION;
    result.bump = ctx.bumps.result;
    result.kind = KIND_OPERATION;
    result.state = COMMIT_STATE_OPEN;
    result.fraction_bits = fraction_bits;
    result.level = LEVEL_TRAINED;
    result.history_level = LEVEL_TRAINED;
    result.repository = branch.repository;
    result.branch = branch_address;
    result.lineage = branch.lineage;
    result.round = operation_address;
    result.parent = head.address;
    result.author = author;
    result.payer = payer;
    result.parent_seq = branch.head_seq;
    result.seq = seq.into();
    result.created_slot = slot.into();
    result.chunks = branch.chunks;
    result.bound = bound.into();
    result.start = start;
    result.flags = accounts.repository.taint();
    result.travel = Wide::from(travel).plus(step).into();

    operation.version = ACCOUNT_VERSION;
    operation.bump = ctx.bumps.operation;
    operation.state = OPERATION_STATE_OPEN;
    operation.m = args.m;
    operation.fraction_bits = fraction_bits;
    operation.repository = branch.repository;
    operation.branch = branch_address;
    operation.head = head.address;
    operation.head_seq = branch.head_seq;
    operation.author = author;
    operation.payer = payer;
    operation.result = result_address;
    operation.note_hash = args.note_hash;
    operation.created_slot = slot.into();
    operation.chunks = branch.chunks;
    operation.demand = Demand::none();
    for (operand, term) in operands.iter().zip(&args.terms) {
        operand.check(&branch.lineage)?;
        accounts.repository.check_takes(operand.commit)?;
        operation
            .demand
            .take(operand, term.factor, &branch_address, branch);
        operation.name(operand, term)?;
        result.flags |= operand.commit.flags;
        result.history_level = result.history_level.min(operand.level(&branch.repository));
        // The head as it is says nothing new; any other share of it counts like every term.
        let whole = !term.negative && term.factor == 1u32 << args.m.min(8);
        if operand.address != head.address || !whole {
            result.level = result.level.min(operand.level(&branch.repository));
        }
    }
    operation
        .demand
        .check(&branch.rules, branch.rules.protected != 0)?;
    operation.pass_zeros(&mut result.chunk)?;
    if operation.is_whole(&result.chunk) {
        operation.count_chunk()?;
    }

    let head = head.address;
    let named = operands.iter().zip(&args.terms);
    let terms = named.map(|(operand, term)| NamedTerm {
        commit: operand.address,
        term: *term,
    });
    let terms = terms.collect();
    emit_cpi!(OperationCreated {
        operation: operation_address,
        branch: branch_address,
        head,
        author,
        result: result_address,
        m: args.m,
        terms,
        note_hash: args.note_hash,
        slot,
    });
    Ok(())
}
