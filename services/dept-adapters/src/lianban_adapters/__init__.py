"""Department adapters: tasks out to the departments, their acts back to the cases, and the departments' API."""
