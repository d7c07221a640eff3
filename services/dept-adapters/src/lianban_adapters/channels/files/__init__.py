"""Folders on an SFTP server of the department's: we write batches of tasks, the department writes batches of acts.

A batch is a folder with a manifest of everything in it. It is written elsewhere and renamed into its place: whoever
reads sees all of it or nothing. What has been read is moved away: to ``done``, or to ``quarantine`` with the reason.
"""
