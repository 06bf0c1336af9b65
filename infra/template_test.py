"""What template.yaml and front-door.yaml must say, above all what the local AWS ignores in silence.

Run by tools/contracts with the Python of cfn-lint, whose parser knows CloudFormation's tags.
"""

import json
import re
import unittest
from pathlib import Path

from cfnlint.decode import cfn_yaml

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = cfn_yaml.load(str(ROOT / "template.yaml"))
FRONT_DOOR = cfn_yaml.load(str(ROOT / "infra/front-door.yaml"))
RESOURCES = TEMPLATE["Resources"]
# Folder of functions/ and the role of PostgreSQL that it has.
FUNCTIONS = {"events": "Reader", "jobs": "Reader", "rows": "Reader", "system": "Reader", "tables": "Writer", "worker": "Reader"}
WITH_DUCKDB = {"rows", "tables"}
LAKE = {"Fn::Sub": "${DataBucket.Arn}/lake/*"}
BUCKET = {"Fn::GetAtt": ["DataBucket", "Arn"]}
STATE = {"Fn::GetAtt": ["StateTable", "Arn"]}


def function(name):
    return RESOURCES[f"{name.capitalize()}Function"]["Properties"]


def variables(name):
    return function(name)["Environment"]["Variables"]


def of_type(kind):
    return {name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == kind}


def allowed(statement):
    """What a statement allows: action, resource, condition; one that is there under a condition says which first."""
    if "Fn::If" in statement:
        condition, then, otherwise = statement["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"} and "Condition" not in then
        return (condition, then["Action"], then["Resource"])
    assert statement["Effect"] == "Allow"
    return (statement["Action"], statement["Resource"], statement.get("Condition"))


class Functions(unittest.TestCase):
    def test_a_resource_for_each_folder(self):
        folders = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
        self.assertEqual(folders, set(FUNCTIONS))
        self.assertEqual(set(of_type("AWS::Serverless::Function")), {f"{name.capitalize()}Function" for name in folders})
        for name in folders:
            self.assertEqual(function(name)["CodeUri"], f"target/lambda/{name}")
            self.assertEqual(function(name)["FunctionName"], {"Fn::Sub": f"${{AWS::StackName}}-{name}"})

    def test_the_layer_is_where_duckdb_is(self):
        for name in FUNCTIONS:
            layers = [{"Ref": "DuckDbLayer"}] if name in WITH_DUCKDB else None
            self.assertEqual(function(name).get("Layers"), layers, name)
            self.assertEqual("EIDER_EXTENSION_DIR" in variables(name), name in WITH_DUCKDB, name)
        self.assertEqual(RESOURCES["DuckDbLayer"]["Properties"]["ContentUri"], "target/lambda/duckdb")
        self.assertEqual(TEMPLATE["Parameters"]["ExtensionDir"]["Default"], "/opt/extensions")

    def test_limits_are_set(self):
        for name in FUNCTIONS:
            for limit in ("MemorySize", "Timeout", "ReservedConcurrentExecutions", "EphemeralStorage", "LoggingConfig"):
                self.assertIn(limit, function(name), name)
        self.assertEqual([function(name)["Timeout"] for name in ("tables", "system", "jobs", "worker", "rows", "events")], [30, 30, 30, 30, 900, 900])

    def test_connections_fit_postgres(self):
        declared = TEMPLATE["Metadata"]["EiderConnections"]
        total = 0
        for name in FUNCTIONS:
            instances = declared["duckdb_instances"][f"{name.capitalize()}Function"]
            pool = int(variables(name).get("EIDER_ENGINE_POSTGRES_CONNECTIONS", 0))
            self.assertEqual(instances > 0, name in WITH_DUCKDB, name)
            self.assertEqual(pool > 0, name in WITH_DUCKDB, name)
            catalog = 0 if f"{name.capitalize()}Function" in declared["without_catalog"] else declared["catalog_pool"]
            total += function(name)["ReservedConcurrentExecutions"] * (catalog + instances * pool)
        catalog = (ROOT / "shared/catalog/src/postgres.rs").read_text(encoding="utf-8")
        self.assertIn(f"CONNECTIONS: u32 = {declared['catalog_pool']};", catalog)
        self.assertLessEqual(total, declared["max_connections"] - declared["kept_free"])

    def test_each_function_knows_what_the_lake_and_its_catalog_are(self):
        shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
        self.assertEqual(shared["DB_DUCKLAKE_ENCRYPTED"], {"Ref": "LakeEncrypted"})
        self.assertEqual(shared["DB_POSTGRES_SSLMODE"], {"Ref": "DbSslMode"})
        self.assertEqual(TEMPLATE["Parameters"]["LakeEncrypted"]["Default"], "false")
        self.assertEqual(TEMPLATE["Parameters"]["DbSslMode"]["Default"], "require")

    def test_secrets_are_read_by_the_function_and_not_shown(self):
        for name, role in FUNCTIONS.items():
            self.assertEqual(variables(name)["DB_POSTGRES_PASSWORD_SECRET_ARN"], {"Ref": f"Db{role}PasswordSecretArn"})
        for parameter in ("FrontDoorSecret", "FrontDoorPreviousSecret", "StorageAccessKey", "StorageSecretKey"):
            self.assertIs(TEMPLATE["Parameters"][parameter]["NoEcho"], True)
        self.assertIs(FRONT_DOOR["Parameters"]["FrontDoorSecret"]["NoEcho"], True)

    def test_a_front_door_secret_stays_one_secret_and_one_header(self):
        pattern = TEMPLATE["Parameters"]["FrontDoorSecret"]["AllowedPattern"]
        previous = TEMPLATE["Parameters"]["FrontDoorPreviousSecret"]["AllowedPattern"]
        self.assertEqual(FRONT_DOOR["Parameters"]["FrontDoorSecret"]["AllowedPattern"], pattern)
        long = "0123456789abcdefghijKLMNOPQRSTUV"
        for secret in (long, f"+{long}/==", "!-~*&" + long):
            self.assertTrue(re.fullmatch(pattern, secret) and re.fullmatch(previous, secret), secret)
        for odd in (long[1:], f"{long},{long}", f"{long},", f" {long}", f"{long} ", f"{long}\n", f"{long}ü"):
            self.assertFalse(re.fullmatch(pattern, odd) or re.fullmatch(previous, odd), repr(odd))
        self.assertTrue(re.fullmatch(previous, "") and not re.fullmatch(pattern, ""))

    def test_callers_queries_run_as_the_reader(self):
        tables = variables("tables")
        self.assertEqual(tables["DB_POSTGRES_READER_USER"], {"Ref": "DbReaderUser"})
        self.assertEqual(tables["DB_POSTGRES_READER_PASSWORD_SECRET_ARN"], {"Ref": "DbReaderPasswordSecretArn"})

    def test_rights_are_these_and_no_others(self):
        only_lake = {"StringLike": {"s3:prefix": ["lake/*"]}}
        writes = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        in_runs = (["dynamodb:BatchGetItem", "dynamodb:PutItem"], STATE, None)
        changes = ["PutItem", "DeleteItem", "ConditionCheckItem"]
        all_of_state = ([f"dynamodb:{action}" for action in ("BatchGetItem", "Query", *changes)], STATE, None)
        expected = {
            "events": [(["dynamodb:BatchGetItem", "dynamodb:Query"], STATE, None)],
            "jobs": [all_of_state],
            "worker": [all_of_state],
            "rows": [("s3:GetObject", LAKE, None), ("s3:ListBucket", BUCKET, only_lake), in_runs],
            "system": [("s3:ListBucket", BUCKET, None), ("dynamodb:GetItem", STATE, None)],
            "tables": [
                (writes, LAKE, None), ("s3:ListBucket", BUCKET, only_lake),
                ("HasSources", "s3:GetObject", {"Ref": "SourceObjectArns"}),
                in_runs,
            ],
        }
        for name, role in FUNCTIONS.items():
            # Callers' SQL makes tables too, by the role that reads.
            roles = ["Writer", "Reader"] if name == "tables" else [role]
            secrets = [{"Ref": f"Db{role}PasswordSecretArn"} for role in roles]
            secret = ("secretsmanager:GetSecretValue", secrets if len(secrets) > 1 else secrets[0], None)
            (policy,) = function(name)["Policies"]
            found = [allowed(statement) for statement in policy["Statement"]]
            # Some ask PostgreSQL nothing.
            without = f"{name.capitalize()}Function" in TEMPLATE["Metadata"]["EiderConnections"]["without_catalog"]
            self.assertEqual(found, [*expected[name], *([] if without else [secret])], name)
            self.assertNotIn("Role", function(name))

    def test_logs_are_kept_for_a_while(self):
        groups = of_type("AWS::Logs::LogGroup")
        self.assertEqual(len(groups), len(FUNCTIONS))
        self.assertTrue(all(group["RetentionInDays"] == 30 for group in groups.values()))


class Api(unittest.TestCase):
    def test_routes(self):
        routes = {route["RouteKey"]: route["Target"]["Fn::Sub"] for route in of_type("AWS::ApiGatewayV2::Route").values()}
        self.assertEqual(routes, {
            "ANY /tables": "integrations/${TablesIntegration}",
            "ANY /tables/{proxy+}": "integrations/${TablesIntegration}",
            "ANY /config/ducklake": "integrations/${TablesIntegration}",
            "ANY /config/ducklake/{proxy+}": "integrations/${TablesIntegration}",
            "ANY /jobs": "integrations/${JobsIntegration}",
            "ANY /jobs/{proxy+}": "integrations/${JobsIntegration}",
            "$default": "integrations/${SystemIntegration}",
        })

    def test_integrations_may_be_called_and_wait_30_s(self):
        integrations = of_type("AWS::ApiGatewayV2::Integration")
        for name, integration in integrations.items():
            resource = name.replace("Integration", "Function")
            self.assertIn(f"${{{resource}.Arn}}/invocations", integration["IntegrationUri"]["Fn::Sub"])
            self.assertEqual((integration["IntegrationType"], integration["PayloadFormatVersion"]), ("AWS_PROXY", "2.0"))
            self.assertEqual(integration["TimeoutInMillis"], 30000)
            permission = RESOURCES[name.replace("Integration", "Permission")]["Properties"]
            self.assertEqual(permission["FunctionName"], {"Ref": resource})
            self.assertEqual(permission["Principal"], "apigateway.amazonaws.com")
            self.assertTrue(permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/*"))

    def test_functions_answer_their_own_504_before_the_api_does(self):
        config = (ROOT / "shared/config/src/server.rs").read_text(encoding="utf-8")
        (deadline,) = re.findall(r"LAMBDA_REQUEST_SECONDS: u64 = (\d+);", config)
        for name in of_type("AWS::ApiGatewayV2::Integration"):
            settings = function(name.removesuffix("Integration").lower())
            self.assertNotIn("EIDER_REQUEST_TIMEOUT_SECONDS", settings["Environment"]["Variables"])
            # And a second for the way back.
            self.assertLess(int(deadline) + 1, min(30, settings["Timeout"]), name)

    def test_cors_is_left_to_the_functions(self):
        self.assertNotIn("CorsConfiguration", RESOURCES["Api"]["Properties"])
        for url in of_type("AWS::Lambda::Url").values():
            self.assertNotIn("Cors", url)
        stage = RESOURCES["ApiStage"]["Properties"]
        self.assertEqual((stage["StageName"], stage["AutoDeploy"]), ("$default", True))

    def test_what_streams_does_so_from_a_public_url(self):
        self.assertEqual(set(of_type("AWS::Lambda::Url")), {"RowsUrl", "EventsUrl"})
        for name in ("Rows", "Events"):
            url = RESOURCES[f"{name}Url"]["Properties"]
            self.assertEqual((url["AuthType"], url["InvokeMode"]), ("NONE", "RESPONSE_STREAM"))
            self.assertEqual(url["TargetFunctionArn"], {"Ref": f"{name}Function"})
            by_url = RESOURCES[f"{name}UrlPermission"]["Properties"]
            self.assertEqual((by_url["Action"], by_url["FunctionUrlAuthType"]), ("lambda:InvokeFunctionUrl", "NONE"))
            invoke = RESOURCES[f"{name}InvokePermission"]["Properties"]
            self.assertEqual((invoke["Action"], invoke["InvokedViaFunctionUrl"]), ("lambda:InvokeFunction", True))
            for permission in (by_url, invoke):
                self.assertEqual(permission["FunctionName"], {"Ref": f"{name}Function"})


class Bucket(unittest.TestCase):
    def test_the_data_outlive_the_stack_and_stay_private(self):
        bucket = RESOURCES["DataBucket"]
        self.assertEqual((bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]), ("Retain", "Retain"))
        settings = bucket["Properties"]
        self.assertTrue(all(settings["PublicAccessBlockConfiguration"].values()))
        self.assertEqual(len(settings["PublicAccessBlockConfiguration"]), 4)
        self.assertIn("BucketEncryption", settings)
        (rule,) = settings["LifecycleConfiguration"]["Rules"]
        self.assertEqual(set(rule), {"Id", "Status", "AbortIncompleteMultipartUpload"}, "data files must never expire")
        (statement,) = RESOURCES["DataBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        self.assertEqual((statement["Effect"], statement["Condition"]), ("Deny", {"Bool": {"aws:SecureTransport": "false"}}))


class Triggers(unittest.TestCase):
    def test_the_sweep_comes_each_minute_and_asks_for_what_the_worker_knows(self):
        sweep = function("worker")["Events"]["Sweep"]
        self.assertEqual(sweep["Type"], "ScheduleV2")
        self.assertEqual(sweep["Properties"]["ScheduleExpression"], "rate(1 minute)")
        event = (ROOT / "events/worker/sweep.json").read_text(encoding="utf-8")
        self.assertEqual(json.loads(sweep["Properties"]["Input"]), json.loads(event))


class State(unittest.TestCase):
    def test_the_state_outlives_the_stack_and_forgets_what_has_expired(self):
        table = RESOURCES["StateTable"]
        self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("Retain", "Retain"))
        settings = table["Properties"]
        self.assertEqual(settings["BillingMode"], "PAY_PER_REQUEST")
        self.assertEqual([(key["AttributeName"], key["KeyType"]) for key in settings["KeySchema"]], [("pk", "HASH"), ("sk", "RANGE")])
        self.assertEqual(settings["TimeToLiveSpecification"], {"AttributeName": "ttl", "Enabled": True})
        self.assertEqual(settings["PointInTimeRecoverySpecification"], {"PointInTimeRecoveryEnabled": True})
        shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
        self.assertEqual(shared["STATE_DYNAMODB_TABLE"], {"Ref": "StateTable"})


class FrontDoor(unittest.TestCase):
    distribution = FRONT_DOOR["Resources"]["Distribution"]["Properties"]["DistributionConfig"]

    def test_it_caches_and_compresses_nothing_and_forwards_all_but_host(self):
        self.assertNotIn("CacheBehaviors", self.distribution)
        behavior = self.distribution["DefaultCacheBehavior"]
        self.assertEqual(behavior["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
        self.assertEqual(behavior["OriginRequestPolicyId"], "b689b0a8-53d0-40ab-baf2-68738e2966ac")
        self.assertIs(behavior["Compress"], False)
        self.assertEqual(set(behavior["AllowedMethods"]), {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})
        self.assertEqual(behavior["ViewerProtocolPolicy"], "https-only")
        self.assertEqual(behavior["TargetOriginId"], "api")

    def test_each_origin_gets_the_secret_and_no_signature(self):
        self.assertEqual([origin["Id"] for origin in self.distribution["Origins"]], ["api", "rows", "events"])
        for origin in self.distribution["Origins"]:
            (header,) = origin["OriginCustomHeaders"]
            self.assertEqual(header, {"HeaderName": "x-eider-front-door", "HeaderValue": {"Ref": "FrontDoorSecret"}})
            self.assertNotIn("OriginAccessControlId", origin)  # it would take over Authorization
            self.assertEqual(origin["CustomOriginConfig"]["OriginProtocolPolicy"], "https-only")

    def test_it_waits_longer_than_the_functions(self):
        waits = {origin["Id"]: origin["CustomOriginConfig"]["OriginReadTimeout"] for origin in self.distribution["Origins"]}
        self.assertGreater(waits["api"], 30)
        self.assertGreater(waits["rows"], int(variables("rows")["EIDER_REQUEST_TIMEOUT_SECONDS"]))

    def test_the_function_is_the_file(self):
        (association,) = self.distribution["DefaultCacheBehavior"]["FunctionAssociations"]
        self.assertEqual(association["EventType"], "viewer-request")
        function_properties = FRONT_DOOR["Resources"]["ViewerRequest"]["Properties"]
        self.assertEqual(function_properties["FunctionConfig"]["Runtime"], "cloudfront-js-2.0")
        self.assertIs(function_properties["AutoPublish"], True)
        code = (ROOT / "infra/front-door.js").read_text()
        self.assertEqual(function_properties["FunctionCode"], code, "run tools/contracts --write")


if __name__ == "__main__":
    unittest.main()
