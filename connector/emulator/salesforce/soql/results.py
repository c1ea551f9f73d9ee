"""Runs translated queries and shapes their rows as the vendor's JSON records.

Record shape (recorded): `attributes{type,url}`, then the selected fields; a parent is a nested
record or null, children are a nested result or null.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from connector.emulator.salesforce.rows.store import Store
from connector.emulator.salesforce.schema.fields import SObject
from connector.emulator.salesforce.schema.values import json_value
from connector.emulator.salesforce.soql.errors import no_such_children
from connector.emulator.salesforce.soql.translate import (
    ParentRows,
    Plan,
    Reading,
    is_bare_count,
    translate,
    translate_children,
)
from connector.emulator.salesforce.soql.tree import Query

Record = dict[str, Any]

_PARENTS_PER_QUERY = 500


@dataclass(frozen=True)
class QueryResult:
    """Records of one query; `total_size` counts them, or is the number a bare COUNT() found."""

    records: list[Record]
    total_size: int


@dataclass(frozen=True)
class Results:
    """Reads the rows of one store; `base_path` is `/services/data/vNN.0`."""

    store: Store
    reading: Reading
    base_path: str

    def run(self, query: Query) -> QueryResult:
        """Returns the records of a query; raises ApiError."""
        plan = translate(query, self.reading)
        rows = self.store.rows(plan.sql, plan.values)
        if is_bare_count(query):
            return QueryResult([], int(rows[0][0]))
        records = [self._record(plan, row) for row in rows]
        if plan.child_queries:
            column, _ = plan.identities[()]
            ids = tuple(row[column] for row in rows)
            for child_query in plan.child_queries:
                self._add_children(plan, child_query, dict(zip(ids, records, strict=True)))
        return QueryResult(records, len(records))

    def _attributes(self, sobject: SObject, record_id: str) -> dict[str, str]:
        url = f"{self.base_path}/sobjects/{sobject.name}/{record_id}"
        return {"type": sobject.name, "url": url}

    def _record(self, plan: Plan, row: tuple[Any, ...]) -> Record:
        if plan.aggregate:
            record: Record = {"attributes": {"type": "AggregateResult"}}
        else:
            column, _ = plan.identities[()]
            record = {"attributes": self._attributes(plan.sobject, row[column])}
        for output, stored in zip(plan.outputs, row, strict=False):
            holder = self._holder(plan, row, record, output.parents)
            if holder is not None:
                holder[output.key] = json_value(output.field, stored) if output.field else stored
        return record

    def _holder(
        self, plan: Plan, row: tuple[Any, ...], record: Record, parents: tuple[str, ...]
    ) -> Record | None:
        """Returns the nested record of a parent path, or None where a lookup is empty."""
        holder = record
        for depth, name in enumerate(parents, start=1):
            if name not in holder:
                column, sobject = plan.identities[parents[:depth]]
                found = row[column]
                nested = {"attributes": self._attributes(sobject, found)} if found else None
                holder[name] = nested
            if holder[name] is None:
                return None
            holder = holder[name]
        return holder

    def _add_children(self, plan: Plan, query: Query, parents: dict[str, Record]) -> None:
        """Fills one child relationship of every parent record."""
        found = self.reading.visibility.children(plan.sobject, query.sobject)
        if found is None:
            raise no_such_children(query.sobject, query.text, query.at)
        child, lookup = found
        name = lookup.child_relationship or query.sobject
        by_parent: dict[str, list[Record]] = defaultdict(list)
        ids = tuple(parents)
        for start in range(0, max(len(ids), 1), _PARENTS_PER_QUERY):
            rows_of = ParentRows(lookup, ids[start : start + _PARENTS_PER_QUERY])
            child_plan = translate_children(query, child, self.reading, rows_of)
            for row in self.store.rows(child_plan.sql, child_plan.values):
                by_parent[row[-1]].append(self._record(child_plan, row))
        for parent_id, record in parents.items():
            last = None if query.limit is None else query.offset + query.limit
            children = by_parent[parent_id][query.offset : last]
            record[name] = (
                {"totalSize": len(children), "done": True, "records": children}
                if children
                else None
            )
