"""The main job on real data: an owner, a keeper and three contributors train one model on handwritten digits.

Every party is a process and a wallet of its own and uses the same public API as any user; only the data are
small.
"""
