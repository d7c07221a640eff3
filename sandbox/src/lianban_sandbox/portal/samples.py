"""Sample applications for any theme: from its questions, its form and its material list, as the intake gives them.

The same seed gives the same application. Nothing here knows a theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any, Final

from lianban.catalog.terms import Audience, Channel, DeliveryMode
from lianban_sandbox import documents
from lianban_sandbox.portal.people import person_of
from lianban_sandbox.portal.values import Applicant, Values

_FORMATS: Final[Mapping[str, tuple[str, str, documents.Make]]] = {
    "pdf": ("pdf", documents.PDF, documents.pdf),
    "jpeg": ("jpg", documents.JPEG, documents.jpeg),
    "png": ("png", documents.PNG, documents.png),
    "ofd": ("ofd", documents.OFD, documents.ofd),
}
_GROWN: Final = 18 * 365
"""Days before which a person is no adult, for whom a guardian may consent."""

_SHANGHAI: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class SampleFile:
    """A file for one material of the list."""

    material: str
    name: str
    media_type: str
    content: bytes


def sample_answers(
    theme: Mapping[str, Any], seed: int | str, chosen: Mapping[str, str] | None = None
) -> dict[str, str]:
    """An answer to every question of the theme: ``chosen`` where given, any option else.

    Questions that other answers leave out are answered too: the intake leaves such answers aside.
    """
    rng = Random(f"answers {seed}")
    answers = {
        question["code"]: rng.choice([option["value"] for option in question["options"]])
        for question in theme.get("questions", ())
    }
    return answers | dict(chosen or {})


class Sample:
    """One application. ``form`` is the intake's ``{schema, materials}`` for ``answers``."""

    def __init__(
        self,
        theme: Mapping[str, Any],
        answers: Mapping[str, str],
        form: Mapping[str, Any],
        seed: int | str,
        *,
        today: date | None = None,
        division: str | None = None,
    ) -> None:
        self._theme = theme
        self._answers = dict(answers)
        self._rng = Random(f"application {seed}")
        self._seed = seed
        self._division = division or str(theme["division"])
        self._materials: Sequence[Mapping[str, Any]] = form["materials"]
        fields: Mapping[str, Any] = form["schema"]["properties"]
        day = today or datetime.now(UTC).astimezone(_SHANGHAI).date()
        self._fields = fields
        self._offer: Mapping[str, Any] = form.get("prefill") or {}
        self.prefilled: frozenset[str] = frozenset()
        """Fields that registries have filled in."""
        self.fetched: list[dict[str, str]] = []
        """Materials that came from the e-licence library, as an application lists them."""
        self._today = day
        self.applicant = Applicant(fields, self._rng, day)
        values = Values(self.applicant, self._rng, day, self._division)
        self.form = {code: values.value(code, field) for code, field in fields.items()}

    def prefill_request(self) -> dict[str, Any] | None:
        """Body of the request for prefill: everybody agrees, a child's guardian for it, a
        relative for who has died. None when there is nothing
        to prefill."""
        if not self._offer:
            return None
        subjects: dict[tuple[str, str], list[str]] = {}
        deceased = set()
        for subject in self._offer["subjects"]:
            holder = self.applicant.identity(subject, self._fields)
            subjects.setdefault(holder, []).append(subject["code"])
            if subject.get("deceased"):
                deceased.add(holder)
        holders = [
            {
                "subjects": codes,
                "type": holder[0],
                "identity": holder[1],
                "consent": self._consent(*holder, holder in deceased),
            }
            for holder, codes in subjects.items()
        ]
        return {"answers": self._answers, "division": self._division, "holders": holders}

    def take(self, prefilled: Mapping[str, Any]) -> None:
        """What was prefilled stands in the form, what was fetched need not be uploaded."""
        self.prefilled = frozenset(prefilled["values"])
        self.form |= {code: found["value"] for code, found in prefilled["values"].items()}
        self.fetched = [
            {"material": item["material"], "digest": item["digest"], "name": item["file_name"]}
            for item in prefilled["materials"]
        ]

    def files(self) -> list[SampleFile]:
        """A file for each material still to be uploaded."""
        fetched = {item["material"] for item in self.fetched}
        return [self._file(material) for material in self._materials if material["material"] not in fetched]

    def application(
        self,
        system: str,
        number: str,
        digests: Mapping[str, str],
        *,
        delivery: DeliveryMode | None = None,
    ) -> dict[str, Any]:
        """Body of the filing. ``digests``: of the uploaded files, by material. ``delivery``: by courier or else
        electronically, if offered."""
        names = {file.material: file.name for file in self.files()}
        return {
            "source": {"system": system, "number": number},
            "theme": self._theme["code"],
            "division": self._division,
            "channel": Channel.PORTAL.value,
            "answers": self._answers,
            "form": self.form,
            "materials": [
                *self.fetched,
                *({"material": code, "digest": digests[code], "name": name} for code, name in names.items()),
            ],
            "applicant": self._identity(),
            "delivery": self._delivery(delivery),
        }

    def _consent(self, kind: str, identity: str, deceased: bool) -> dict[str, Any]:
        young = kind == Audience.PERSON and (self._today - person_of(identity).birth_date).days < _GROWN
        return {
            "given": True,
            "text_version": self._offer["consent"]["version"],
            "given_by": "relative" if deceased else "guardian" if young else "self",
        }

    def _identity(self) -> dict[str, str]:
        person, company = self.applicant.person, self.applicant.company
        contact = {"mobile": person.mobile, "email": person.email, "address": self.applicant.address}
        if self._theme.get("audience") == Audience.COMPANY:
            return {"name": company.name, "credit_code": company.credit_code, **contact}
        return {"name": person.name, "identity_number": person.identity_number, **contact}

    def _delivery(self, wanted: DeliveryMode | None) -> dict[str, str]:
        offered = [DeliveryMode(offer["mode"]) for offer in self._theme["delivery"]]
        liked = [mode for mode in (DeliveryMode.COURIER, DeliveryMode.ELECTRONIC) if mode in offered]
        mode = wanted or [*liked, *offered][0]
        if mode is not DeliveryMode.COURIER:
            return {"mode": mode.value}
        person = self.applicant.person
        return {
            "mode": mode.value,
            "recipient": person.name,
            "mobile": person.mobile,
            "address": self.applicant.address,
        }

    def _file(self, material: Mapping[str, Any]) -> SampleFile:
        rng = Random(f"file {self._seed} {material['material']}")
        possible = [kind for kind in material.get("formats", ("pdf",)) if kind in _FORMATS]
        extension, media_type, make = _FORMATS[rng.choice(possible)]
        content = make(f"{material['name']}（样例 {self._seed}）")
        return SampleFile(material["material"], f"{material['name']}.{extension}", media_type, content)
