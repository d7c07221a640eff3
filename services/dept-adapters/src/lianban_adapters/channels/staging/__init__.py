"""Staging tables (前置库) in a database of the department's: we write tasks, the department writes acts. Each row says
what it is (``cd_operation``: I, U, D), which exchange it belongs to (``cd_batch``), when it was written (``cd_time``)
and whether the other side has it (``is_sync``). The tables are in ``ddl/``, for the department's DBA to run.
"""
