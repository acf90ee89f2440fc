"""The HTTP API: SigV4 on every route, a model's alias behind each, problem documents for every error."""

import json
from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.acknowledgement import acknowledge
from infra.constructs.model_endpoint import ModelEndpoint
from roost.names import PROBLEM_JSON

VERSION = "v1"
GATEWAY_PROBLEMS = {
    "MISSING_AUTHENTICATION_TOKEN": (403, "Not signed", "sign the request with AWS Signature Version 4 (execute-api)"),
    "ACCESS_DENIED": (403, "Access denied", "these credentials may not call this route"),
    "EXPIRED_TOKEN": (403, "Credentials expired", "get new credentials and sign the request again"),
    "INVALID_SIGNATURE": (403, "Invalid signature", "sign with the right key, region, service execute-api and clock"),
    "THROTTLED": (429, "Too many requests", "wait and try again"),
    "REQUEST_TOO_LARGE": (413, "Request too large", "send a smaller body"),
    "INTEGRATION_FAILURE": (502, "Scoring failed", "the scoring function did not answer; try again"),
    "INTEGRATION_TIMEOUT": (504, "Scoring timed out", "the scoring function did not answer in time; try again"),
}

LOG_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
REASONS = {
    "APIG2": "The function validates the body and answers which field is wrong.",
    "APIG3": "Callers are IAM principals of this account, and a WAF is billed by the hour.",
    "COG4": "Every method asks for SigV4 (IAM), not for Cognito.",
    f"IAM4[Policy::{LOG_POLICY}]": "AWS's own policy for API Gateway's logs names no resources.",
}


class PredictionApi(Construct):
    """``POST /models/{model}/predictions`` for each model."""

    def __init__(
        self, scope: Construct, name: str, config: StageConfig, endpoints: Mapping[str, ModelEndpoint]
    ) -> None:
        super().__init__(scope, name)
        self.api = self._api(config)
        models = self.api.root.add_resource("models")
        for model, endpoint in endpoints.items():
            self._route(models.add_resource(model).add_resource("predictions"), model, endpoint)
        self._unknown(models.add_resource("{model}").add_resource("predictions"), sorted(endpoints))
        self._problems()
        self._reasons()

    def _api(self, config: StageConfig) -> apigateway.RestApi:
        log = logs.LogGroup(
            self, "AccessLog", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=RemovalPolicy.DESTROY
        )
        return apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"roost-{config.stage}",
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,  # the account's: other stages log by it
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
            deploy_options=apigateway.StageOptions(
                stage_name=VERSION,
                access_log_destination=apigateway.LogGroupLogDestination(log),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=True, http_method=True, ip=False, protocol=True, request_time=True,
                    resource_path=True, response_length=True, status=True, user=True,
                ),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                throttling_rate_limit=1000,
                throttling_burst_limit=2000,
            ),
        )  # fmt: skip

    def _route(self, resource: apigateway.Resource, model: str, endpoint: ModelEndpoint) -> None:
        alias = lambda_.Function.from_function_attributes(
            self, f"Alias-{model}", function_arn=endpoint.alias_arn, same_environment=True, skip_permissions=True
        )
        resource.add_method("POST", apigateway.LambdaIntegration(alias, allow_test_invoke=False))
        permission = lambda_.CfnPermission(
            self,
            f"Call-{model}",
            action="lambda:InvokeFunction",
            function_name=endpoint.alias_arn,
            principal="apigateway.amazonaws.com",
            source_arn=self.api.arn_for_execute_api("POST", f"/models/{model}/predictions", VERSION),
        )
        permission.add_resource_dependency(endpoint.alias)

    def _unknown(self, resource: apigateway.Resource, models: list[str]) -> None:
        detail = f"no model of this name is deployed; deployed: {', '.join(models)}"
        body = {"type": "urn:roost:problem:unknown-model", "title": "Unknown model", "status": 404, "detail": detail}
        resource.add_method(
            "POST",
            apigateway.MockIntegration(
                passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
                request_templates={"application/json": '{"statusCode": 404}'},
                integration_responses=[
                    apigateway.IntegrationResponse(
                        status_code="404",
                        response_templates={"application/json": json.dumps(body)},
                        response_parameters={"method.response.header.Content-Type": f"'{PROBLEM_JSON}'"},
                    )
                ],
            ),
            method_responses=[
                apigateway.MethodResponse(
                    status_code="404", response_parameters={"method.response.header.Content-Type": True}
                )
            ],
        )

    def _problems(self) -> None:
        for kind, (status, title, detail) in GATEWAY_PROBLEMS.items():
            slug = kind.lower().replace("_", "-")
            body = {"type": f"urn:roost:problem:{slug}", "title": title, "status": status, "detail": detail}
            self.api.add_gateway_response(
                f"Problem-{kind}",
                type=getattr(apigateway.ResponseType, kind),
                status_code=str(status),
                templates={PROBLEM_JSON: json.dumps(body), "application/json": json.dumps(body)},
            )

    def _reasons(self) -> None:
        for finding, reason in REASONS.items():
            acknowledge(self.api, finding, reason)
