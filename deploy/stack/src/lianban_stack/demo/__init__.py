"""The demonstration: five applications, each of another theme, from filing to the parcel in the applicant's hands.

What happens is real: the services, PostgreSQL and Temporal as in `make up`, and the sandbox's servers for departments,
courier, SMS and mail. Only the working days are let pass faster.
"""
