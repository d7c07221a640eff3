"""What every service stands on: settings, database, object store, Temporal client, web errors, auth, relays."""
