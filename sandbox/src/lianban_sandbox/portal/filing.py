"""Files sample applications: asks the intake what it needs, lets it prefill, uploads what remains, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lianban.catalog.terms import DeliveryMode
from lianban_sandbox.portal.client import Json, PortalClient
from lianban_sandbox.portal.samples import Sample, sample_answers


@dataclass(frozen=True)
class Filer:
    """A theme and a form to fill in, asked for once and used for as many applications as wanted."""

    client: PortalClient
    theme: Mapping[str, Any]
    answers: Mapping[str, str]
    form: Mapping[str, Any]
    delivery: DeliveryMode | None
    division: str | None = None

    @classmethod
    async def prepare(
        cls,
        client: PortalClient,
        theme: str,
        *,
        answers: Mapping[str, str] | None = None,
        seed: int | str = 0,
        delivery: DeliveryMode | None = None,
        division: str | None = None,
    ) -> Self:
        """``answers`` are kept; ``seed`` answers the questions they leave open. ``delivery``: by courier if offered.
        ``division``: the applicant's, the theme's unless given."""
        described = await client.theme(theme)
        settled = sample_answers(described, seed, answers)
        form = await client.form(theme, settled, division)
        return cls(client, described, settled, form, delivery, division)

    async def sample(self, seed: int | str) -> Sample:
        """An application filled in, what can be prefilled and fetched by the intake."""
        sample = Sample(self.theme, self.answers, self.form, seed, division=self.division)
        if request := sample.prefill_request():
            sample.take(await self.client.prefill(self.theme["code"], request))
        return sample

    async def build(self, seed: int | str, number: str | None = None, *, sample: Sample | None = None) -> Json:
        """Body of an application, its files fetched or uploaded. ``number`` is the portal's own; the seed unless
        given. ``sample``: the one of that seed, if there is one already."""
        filled = sample or await self.sample(seed)
        digests = {}
        for file in filled.files():
            stored = await self.client.upload(file.name, file.content, file.media_type)
            digests[file.material] = str(stored["digest"])
        own = number or f"{self.theme['code']}-{seed}"
        return filled.application(self.client.system, own, digests, delivery=self.delivery)

    async def file(self, seed: int | str, number: str | None = None, *, sample: Sample | None = None) -> Json:
        """``{case_no, status, links}``. The same seed again is the same application, hence the same case."""
        receipt, _new = await self.filed(seed, number, sample=sample)
        return receipt

    async def filed(
        self, seed: int | str, number: str | None = None, *, sample: Sample | None = None
    ) -> tuple[Json, bool]:
        """The receipt, and whether the case is new."""
        application = await self.build(seed, number, sample=sample)
        return await self.client.filed(application, f"{self.client.system}-{application['source']['number']}")
