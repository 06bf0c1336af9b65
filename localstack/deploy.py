"""Deploys template.yaml to the local AWS; run by the Python of MiniStack's virtual environment.

Reads a JSON object from stdin: endpoint, region, template (its text), zips (CodeUri or ContentUri ->
file), secrets (name -> value) and parameters, whose values may be {"secret": name}. Writes outputs
and the environment of each function as JSON to stdout.
"""

import json
import sys
import time

import boto3
from botocore.config import Config

STACK = "eider"
CODE_BUCKET = "eider-code"


def uploaded(s3, template, zips):
    """The template with the folders to pack replaced by what was uploaded."""
    s3.create_bucket(Bucket=CODE_BUCKET)
    for folder, file in zips.items():
        key = f"{folder.rsplit('/', 1)[-1]}.zip"
        with open(file, "rb") as body:
            s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=body)
        if f"Uri: {folder}\n" not in template:
            sys.exit(f"template.yaml has no CodeUri or ContentUri {folder}")
        template = template.replace(f"Uri: {folder}\n", f"Uri: s3://{CODE_BUCKET}/{key}\n")
    return template


def created(cloudformation, template, parameters):
    """The stack, once it stands; or the first thing that failed."""
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=template,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while True:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return stack
        if "IN_PROGRESS" not in stack["StackStatus"]:
            events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [event for event in reversed(events) if "FAILED" in event.get("ResourceStatus", "")]
            reason = failed[0] if failed else stack
            sys.exit(f"{reason.get('LogicalResourceId', STACK)}: {reason.get('ResourceStatusReason', stack['StackStatus'])}")
        time.sleep(0.1)


def main():
    wanted = json.load(sys.stdin)

    def client(service):
        return boto3.client(service, endpoint_url=wanted["endpoint"], region_name=wanted["region"],
                            aws_access_key_id="test", aws_secret_access_key="test",
                            config=Config(s3={"addressing_style": "path"}))

    secrets = client("secretsmanager")
    arns = {name: secrets.create_secret(Name=name, SecretString=value)["ARN"]
            for name, value in wanted["secrets"].items()}
    parameters = {name: arns[value["secret"]] if isinstance(value, dict) else value
                  for name, value in wanted["parameters"].items()}
    template = uploaded(client("s3"), wanted["template"], wanted["zips"])
    stack = created(client("cloudformation"), template, parameters)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    functions = client("lambda")
    environments = {}
    for key in [key for key in outputs if key.endswith("FunctionName")]:
        settings = functions.get_function_configuration(FunctionName=outputs[key])
        environments[key.removesuffix("FunctionName").lower()] = settings["Environment"]["Variables"]
    json.dump({"outputs": outputs, "environments": environments}, sys.stdout)


main()
