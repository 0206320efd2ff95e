"""Postfix asks about a recipient before it takes a message: a policy service, and tables for access maps.

| | |
|---|---|
| `advice` | what a decision means to a mail server |
| `desk` | asks the store, and what to say when it is away |
| `policy_service`, `socketmap`, `tcp_table` | the three protocols: a request in, an answer out |
| `servers` | sockets, connections and their limits |
"""
