"""Cases (办件) as their applicants see them: progress, events, results, withdrawal."""
