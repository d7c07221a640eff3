"""What keeps one department's trouble its own: opening hours, circuit, switch to the inbox, and the queue of tasks that
wait for their turn."""
