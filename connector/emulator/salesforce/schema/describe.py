"""Writes the describe answers: one object with its fields, and the list of all objects.

Every key of the recorded answers is present; what the emulated org has no use for is constant.
"""

from typing import Any

from connector.emulator.salesforce.schema.fields import ID_TYPES, NUMBER_TYPES, Field, SObject
from connector.emulator.salesforce.schema.visibility import Visibility

_BYTES_PER_CHARACTER = 3
_MOST_RECORDS_PER_CALL = 200
_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "anyType": "xsd:anyType",
}

_CONSTANT_OF_FIELD: dict[str, Any] = {
    "aiPredictionField": False,
    "compoundFieldName": None,
    "controllerName": None,
    "defaultValueFormula": None,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "extraTypeInfo": None,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "mask": None,
    "maskType": None,
    "queryByDistance": False,
    "referenceTargetField": None,
    "relationshipOrder": None,
    "writeRequiresMasterRead": False,
}

_CONSTANT_OF_OBJECT: dict[str, Any] = {
    "activateable": False,
    "associateEntityType": None,
    "associateParentEntity": None,
    "customSetting": False,
    "deepCloneable": False,
    "deprecatedAndHidden": False,
    "feedEnabled": False,
    "hasSubtypes": False,
    "isInterface": False,
    "isSubtype": False,
    "layoutable": True,
    "mruEnabled": False,
    "queryable": True,
    "retrieveable": True,
    "searchable": True,
    "triggerable": True,
}

_CONSTANT_OF_DESCRIBE: dict[str, Any] = {
    "actionOverrides": [],
    "compactLayoutable": False,
    "defaultImplementation": None,
    "extendedBy": None,
    "extendsInterfaces": None,
    "implementedBy": None,
    "implementsInterfaces": None,
    "listviewable": None,
    "lookupLayoutable": None,
    "namedLayoutInfos": [],
    "networkScopeFieldName": None,
    "searchLayoutable": True,
    "sobjectDescribeOption": "FULL",
}


def describe_all(visibility: Visibility, base_path: str) -> dict[str, Any]:
    """Returns the global describe: every visible object, without fields."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": _MOST_RECORDS_PER_CALL,
        "sobjects": [_summary(found, base_path) for found in visibility.sobjects()],
    }


def describe_one(sobject: SObject, visibility: Visibility, base_path: str) -> dict[str, Any]:
    """Returns the describe of one object as the user sees it."""
    return {
        **_summary(sobject, base_path),
        **_CONSTANT_OF_DESCRIBE,
        "childRelationships": [
            _child(child, field) for child, field in visibility.child_relationships(sobject)
        ],
        "fields": [_field(found) for found in visibility.fields(sobject)],
        "recordTypeInfos": [_master_record_type(sobject, base_path)],
        "supportedScopes": [{"label": f"All {sobject.label_plural.lower()}", "name": "everything"}],
    }


def _summary(sobject: SObject, base_path: str) -> dict[str, Any]:
    path = f"{base_path}/sobjects/{sobject.name}"
    return {
        **_CONSTANT_OF_OBJECT,
        "createable": sobject.createable,
        "custom": sobject.custom,
        "deletable": sobject.deletable,
        "keyPrefix": sobject.key_prefix,
        "label": sobject.label,
        "labelPlural": sobject.label_plural,
        "mergeable": sobject.mergeable,
        "name": sobject.name,
        "replicateable": sobject.replicateable,
        "undeletable": sobject.deletable,
        "updateable": sobject.updateable,
        "urls": {
            "rowTemplate": path + "/{ID}",
            "describe": path + "/describe",
            "sobject": path,
        },
    }


def _child(child: SObject, field: Field) -> dict[str, Any]:
    return {
        "cascadeDelete": field.cascade_delete,
        "childSObject": child.name,
        "deprecatedAndHidden": False,
        "field": field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": field.child_relationship,
        "restrictedDelete": field.restricted_delete,
    }


def _master_record_type(sobject: SObject, base_path: str) -> dict[str, Any]:
    master = "012000000000000AAA"
    layout = f"{base_path}/sobjects/{sobject.name}/describe/layouts/{master}"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": master,
        "urls": {"layout": layout},
    }


def _field(field: Field) -> dict[str, Any]:
    number = field.type in NUMBER_TYPES
    return {
        **_CONSTANT_OF_FIELD,
        "aggregatable": field.can_filter and field.type != "boolean",
        "autoNumber": field.auto_number is not None,
        "byteLength": _byte_length(field),
        "calculated": field.expression is not None,
        "calculatedFormula": field.expression,
        # Recorded: standard lookups say false here even where their child relationship says true.
        "cascadeDelete": field.custom and field.cascade_delete,
        "caseSensitive": field.case_sensitive,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": field.defaulted_on_create,
        "digits": 0,
        "externalId": field.external_id,
        "filterable": field.can_filter,
        "groupable": field.can_group,
        "idLookup": field.id_lookup,
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": len(field.reference_to) > 1,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.type != "id",
        "picklistValues": [_picklist_value(value, field) for value in field.picklist],
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "precision": field.precision if number else 0,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "restrictedDelete": field.custom and field.restricted_delete,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": field.type == "reference",
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.can_sort,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
    }


def _byte_length(field: Field) -> int:
    if field.type in ID_TYPES:
        return field.length
    return field.length * _BYTES_PER_CHARACTER


def _picklist_value(value: str, field: Field) -> dict[str, Any]:
    return {
        "active": True,
        "defaultValue": value == field.default,
        "label": value,
        "validFor": None,
        "value": value,
    }
