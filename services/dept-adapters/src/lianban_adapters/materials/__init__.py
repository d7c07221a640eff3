"""Materials: files of a dossier, on their way to the department that handles the task."""
