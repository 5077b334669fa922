"""translate.py TEMPLATE OUT: writes the CloudFormation template that SAM makes of TEMPLATE.

Linters know CloudFormation better than SAM: what they find in the translation, they miss in the original. This is the very
translator that `sam deploy` has AWS run, and it needs neither network nor credentials.
"""

import pathlib
import sys

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse
from samtranslator.public.exceptions import InvalidDocumentException


class NoManagedPolicies:
    """The names of AWS's managed policies, which would have to be asked for, and of which the template uses none."""

    def load(self):
        return {}


def main(template, out):
    document = yaml_parse(pathlib.Path(template).read_text(encoding="utf-8"))
    validator = SamTemplateValidator(document, NoManagedPolicies(), region="eu-west-1")
    try:
        translated = validator.get_translated_template_if_valid()
    except InvalidDocumentException as error:
        sys.exit(f"{template}: {error.message}")
    pathlib.Path(out).write_text(translated, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
