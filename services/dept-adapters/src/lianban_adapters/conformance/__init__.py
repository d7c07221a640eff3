"""Conformance kit (对接检验): plays every exchange against a department's system and says what passed.

``plays`` send, ``desk`` and ``listener`` take what comes back as the platform does, ``evidence`` keeps what was seen,
``checks`` judge it, ``report`` tells it. Nothing here touches the platform's database or a case.
"""
