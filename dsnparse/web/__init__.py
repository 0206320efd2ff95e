"""The HTTP API of `dsnparse serve`. Needs the extra `serve` (docs/deploy.md).

| | |
|---|---|
| `settings` | what the options say: names, limits, files |
| `app` | the Litestar application: handlers, and what stands before them |
| `service` | what the handlers share: parsing processes, database threads, memory |
| `messages`, `knowledge`, `addresses`, `health` | the handlers |
| `problems` | every error as a problem document (RFC 9457) |
| `guard`, `access`, `keys` | which requests are let in: names and origins, keys and scopes |
| `bounded`, `parsing`, `bodies` | limits: work at once and waiting, memory, time |
| `audit` | who changed what |
| `server` | uvicorn, its sockets and signals |
"""
