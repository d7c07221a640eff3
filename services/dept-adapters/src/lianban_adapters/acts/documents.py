"""The document of an act: what was written, with its files, in the object store and nowhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic_core import to_json

from lianban.contracts.documents import ActDocument, ActResult, MissingItem, ResultFile
from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectStore
from lianban_adapters.acts.schemas import WrittenAct, WrittenResult

_CONTEXT = "act-body"


@dataclass(frozen=True)
class Prepared:
    """Not stored yet. ``document`` is absent when nothing was written beyond the decision itself."""

    document: ActDocument | None
    files: tuple[bytes, ...]


def prepare(act: WrittenAct) -> Prepared:
    document = ActDocument(
        reason=act.reason or None,
        legal_basis=act.legal_basis or None,
        remedy=act.remedy or None,
        missing=tuple(
            MissingItem(material=item.material, element=item.element, note=item.note) for item in act.missing
        ),
        ground=act.ground,
        competent_body=act.competent_body or None,
        outcome=act.outcome or None,
        results=tuple(_result(result) for result in act.results),
    )
    files = tuple(result.file.content for result in act.results if result.file)
    return Prepared(document if document != ActDocument() else None, files)


def fingerprint(keyring: Keyring, task_id: str, act: WrittenAct, prepared: Prepared) -> str:
    """Keyed hash of what was written: equal for a repetition, however its JSON is laid out."""
    fields = act.model_dump(mode="json", include=act.model_fields_set - {"results"})
    return keyring.blind_index(to_json([task_id, fields, prepared.document]).decode(), _CONTEXT)


class Documents:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def keep(self, prepared: Prepared) -> str | None:
        """Digest of the document; none when there is none. Only when the files are stored too: it names what exists."""
        if prepared.document is None:
            return None
        document = prepared.document.model_dump_json(exclude_defaults=True).encode()
        return (await self._store.put_all([*prepared.files, document]))[-1]

    async def read(self, digest: str) -> ActDocument:
        return ActDocument.model_validate_json(await self._store.get(digest))


def _result(result: WrittenResult) -> ActResult:
    return ActResult(
        code=result.code,
        name=result.name,
        number=result.number,
        valid_from=result.valid_from,
        valid_until=result.valid_until,
        file=ResultFile(
            name=result.file.name,
            media_type=result.file.media_type,
            digest=hashlib.sha256(result.file.content).hexdigest(),
            size=len(result.file.content),
        )
        if result.file
        else None,
    )
