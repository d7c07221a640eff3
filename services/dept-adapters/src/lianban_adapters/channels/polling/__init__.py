"""A department's system that calls nobody: we bring tasks and fetch acts. See docs/departments.zh-CN.md."""
