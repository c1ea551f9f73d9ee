"""What the emulated org knows about an object and its fields: values only, no storage.

Names follow the describe answer of the vendor (reference section 6, recorded describes).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

PLAIN_TEXT_AREA = 255
TEXT_TYPES = frozenset(
    {"string", "textarea", "picklist", "multipicklist", "email", "phone", "url", "combobox"}
)
NUMBER_TYPES = frozenset({"double", "currency", "percent", "int"})
ID_TYPES = frozenset({"id", "reference"})


@dataclass(frozen=True)
class Field:
    """One field. `type` is the describe word (string, textarea, double, reference...).

    `formula` is the parent path a read-only field mirrors (Case.ContactEmail), `feature` the
    org setting without which the field does not exist, `needs_grant` marks a field that no
    user sees until an administrator grants it, `filterable` False a column that no query may
    filter although its type would allow it.
    - `tracked`: the package itself turns field history tracking on.
    - `cascade_delete`, `restricted_delete`: what the lookup does when its parent is deleted; by
      default it is emptied. `master_detail`: the parent is a master.
    - `expression`: the text of a customer's formula; `constant` its value where it is plain.
    """

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted_on_create: bool = False
    default: str | float | bool | None = None
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    id_lookup: bool = False
    name_field: bool = False
    auto_number: str | None = None
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    child_relationship: str | None = None
    cascade_delete: bool = False
    restricted_delete: bool = False
    master_detail: bool = False
    restricted: bool = False
    picklist: tuple[str, ...] = ()
    formula: tuple[str, ...] = ()
    feature: str | None = None
    help_text: str | None = None
    filterable: bool = True
    needs_grant: bool = False
    tracked: bool = False
    expression: str | None = None
    constant: str | float | bool | None = None

    @property
    def stored(self) -> bool:
        """Whether rows hold a value of the field, instead of reading one from elsewhere."""
        return not self.formula and self.expression is None

    @property
    def custom(self) -> bool:
        """Whether a customer or a package made the field."""
        return self.name.endswith("__c")

    @property
    def long_text(self) -> bool:
        """Whether the text is too long for the vendor to filter, sort or group by."""
        return self.type == "textarea" and self.length > PLAIN_TEXT_AREA

    @property
    def is_text(self) -> bool:
        """Whether values are text that a user types."""
        return self.type in TEXT_TYPES

    @property
    def can_filter(self) -> bool:
        """Whether WHERE may name the field."""
        return self.filterable and not self.long_text

    @property
    def can_sort(self) -> bool:
        """Whether ORDER BY may name the field."""
        return self.can_filter and self.type != "multipicklist"

    @property
    def can_group(self) -> bool:
        """Whether GROUP BY may name the field."""
        return self.can_sort and self.type not in {"double", "currency", "percent", "datetime"}

    @property
    def required(self) -> bool:
        """Whether an insert must bring a value."""
        return (
            self.createable
            and not self.nillable
            and not self.defaulted_on_create
            and self.type != "boolean"
        )

    @property
    def is_key(self) -> bool:
        """Whether an upsert may name the field as its key."""
        return self.external_id or self.id_lookup or self.type == "id"


@dataclass(frozen=True)
class SObject:
    """One object.

    `history_of` names the object whose field history this one holds. `purged_when_deleted`: a
    deleted row leaves nothing that a query finds, only an entry in the delete log.
    `activities`: a task can be about a record of it. `mergeable`: the API can merge its records.
    """

    name: str
    label: str
    label_plural: str
    key_prefix: str
    fields: Mapping[str, Field] = field(hash=False)
    custom: bool = False
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    replicateable: bool = True
    purged_when_deleted: bool = False
    history_of: str | None = None
    feature: str | None = None
    activities: bool = False
    mergeable: bool = False

    @cached_property
    def _by_lower_name(self) -> dict[str, Field]:
        return {name.lower(): found for name, found in self.fields.items()}

    def field_named(self, name: str) -> Field | None:
        """Finds a field whatever the case of its name."""
        return self._by_lower_name.get(name.lower())

    def parent(self, relationship: str) -> Field | None:
        """Finds the lookup behind a parent relationship name (`Account`, `Business_Unit__r`)."""
        wanted = relationship.lower()
        return next(
            (
                found
                for found in self.fields.values()
                if found.relationship_name and found.relationship_name.lower() == wanted
            ),
            None,
        )

    @cached_property
    def name_field(self) -> Field | None:
        """The field that names a record of this object."""
        return next((found for found in self.fields.values() if found.name_field), None)
