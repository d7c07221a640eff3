"""Official documents (文书): what the law wants told in writing, one for the event it tells of, numbered and dated."""
