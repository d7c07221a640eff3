"""Messages: what is told to applicants, officers and the supervisor, by SMS and mail."""
