"""MiniStack, made to answer as AWS does where by itself it does not.

Run as a program it serves MiniStack on 127.0.0.1 until its standard input ends, so that it never outlives who
started it. Each decision about a function's or a schedule's rights is written to the journal, a line each.
"""

import contextvars
import json
import os
import re
import sys
import threading
import time
from email.utils import parseaddr

from ministack.core import iam_actions, iam_evaluator, responses

JOURNAL = open(os.environ["PROVE_JOURNAL"], "a", buffering=1, encoding="utf-8")
GAPS = []
# What the request at hand touches beside its first resource: pairs of an action and a resource, with conditions.
_also = contextvars.ContextVar("also", default=())


def gap(reason):
    """Registers a function that closes a gap between MiniStack and AWS."""

    def register(close):
        GAPS.append((reason, close))
        return close

    return register


def note(role, action, resource, allowed, by):
    JOURNAL.write(json.dumps({"role": role, "action": action, "resource": resource, "allowed": allowed, "by": by}) + "\n")


def role_may(role_arn, action, resource, by):
    """Asks whether a role may do something that AWS does in its name."""
    name = role_arn.rsplit("/", 1)[-1]
    context = iam_evaluator.EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=responses.get_account_id(),
        action=action,
        resource_arn=resource,
        region=responses.get_region(),
    )
    policies = iam_evaluator._gather_role_policies(name, responses.get_account_id())
    allowed = iam_evaluator.evaluate(context, policies).decision == "Allow"
    note(name, action, resource, allowed, by)
    return allowed


@gap("requests touch more than one resource: a mail's identity and configuration set, a schedule's role, tables, a parameter")
def close_resources():
    plain = iam_actions.extract_resource_arn

    def resources(service, method, path, headers, body, query, region, account):
        _also.set(())
        if service == "scheduler" and path.startswith("/schedules/"):
            told = json.loads(body) if body else {}
            group = told.get("GroupName") or iam_actions._query_param(query, "groupName") or "default"
            if method == "POST":
                role = told.get("Target", {}).get("RoleArn", "*")
                passed = {"iam:PassedToService": "scheduler.amazonaws.com"}
                _also.set((("iam:PassRole", role, passed),))
            return f"arn:aws:scheduler:{region}:{account}:schedule/{group}/{path.split('/')[2]}"
        if service == "ses" and path == "/v2/email/outbound-emails":
            told = json.loads(body)
            configuration_set = told.get("ConfigurationSetName")
            if configuration_set:
                name = f"arn:aws:ses:{region}:{account}:configuration-set/{configuration_set}"
                _also.set((("ses:SendEmail", name, {}),))
            return f"arn:aws:ses:{region}:{account}:identity/{identity_of(told.get('FromEmailAddress', ''))}"
        if service == "dynamodb" and body and b'"TransactItems"' in body:
            tables = [item["Put"]["TableName"] for item in json.loads(body)["TransactItems"]]
            arns = [f"arn:aws:dynamodb:{region}:{account}:table/{table}" for table in tables]
            _also.set(tuple(("dynamodb:PutItem", arn, {}) for arn in arns[1:]))
            return arns[0]
        if service == "ssm" and body:
            names = json.loads(body).get("Names")
            if names:
                arns = [f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}" for name in names]
                _also.set(tuple(("ssm:GetParameters", arn, {}) for arn in arns[1:]))
                return arns[0]
        return plain(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = resources


def identity_of(sender):
    """Names the identity that AWS finds for a sender: the address's own, else the nearest domain's."""
    from ministack.services import ses, ses_v2

    address = parseaddr(sender)[1].lower()
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    candidates = [address] + [".".join(labels[at:]) for at in range(len(labels) - 1)]
    known = set(ses._identities) | set(ses_v2._identities)
    return next((name for name in candidates if name in known), domain)


@gap("a batch of messages needs the same right as a single message, and a transaction those of its writes")
def close_batches():
    plain = iam_actions.extract_iam_action

    def action(*request):
        named = plain(*request)
        if named and named.startswith("sqs:") and named.endswith("Batch"):
            return named.removesuffix("Batch")
        if named == "dynamodb:TransactWriteItems":
            return "dynamodb:PutItem"
        return named

    iam_actions.extract_iam_action = action


@gap("every decision about a role is written down")
def close_journal():
    plain = iam_evaluator.enforce

    def enforce(access_key, action, service, region, resource_arn="*", service_context=None):
        role = role_of(access_key)
        denied = plain(access_key, action, service, region, resource_arn, service_context)
        if role:
            note(role, action, resource_arn, denied is None, "request")
        also, _ = _also.get(), _also.set(())
        for more, resource, conditions in also:
            if denied is not None:
                break
            denied = plain(access_key, more, service, region, resource, conditions)
            if role:
                note(role, more, resource, denied is None, "request")
        return denied

    iam_evaluator.enforce = enforce


def role_of(access_key):
    from ministack.services import sts

    session = sts._sessions.get(access_key or "")
    named = re.search(r":assumed-role/([^/]+)/", session["Arn"]) if session else None
    return named.group(1) if named else None


@gap("a queue's mapping reads and deletes in the name of its function's role")
def close_mappings():
    from ministack.services import lambda_svc, sqs

    receive, delete = sqs._receive_messages_for_esm, sqs._delete_messages_for_esm
    wants = ("sqs:ReceiveMessage", "sqs:GetQueueAttributes")

    def mapping_of(queue_url):
        arn = sqs._queues[queue_url]["attributes"]["QueueArn"]
        return next((m for _, _, m in lambda_svc._iter_all_esms() if m["EventSourceArn"] == arn), None)

    def role(mapping):
        function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
        return function["config"]["Role"]

    def may(mapping, action):
        if role_may(role(mapping), action, mapping["EventSourceArn"], "mapping"):
            return True
        mapping["LastProcessingResult"] = f"PROBLEM: The role of the function has no permission to call {action}"
        return False

    def received(queue_url, count):
        queue = sqs._queues.get(queue_url)
        now = time.time()
        if not queue or all(message["visible_at"] > now for message in queue["messages"]):
            return receive(queue_url, count)
        mapping = mapping_of(queue_url)
        allowed = [may(mapping, action) for action in wants]
        return receive(queue_url, count) if all(allowed) else []

    def deleted(queue_url, handles):
        if handles and may(mapping_of(queue_url), "sqs:DeleteMessage"):
            delete(queue_url, handles)

    sqs._receive_messages_for_esm = received
    sqs._delete_messages_for_esm = deleted


@gap("a function's lines are logged in the name of its role")
def close_logs():
    from ministack.services import cloudwatch_logs, lambda_svc

    plain = lambda_svc._emit_lambda_logs

    def emit(func, *rest, **named):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        arn = cloudwatch_logs._make_group_arn(group)
        arn = arn if arn.endswith(":*") else f"{arn}:*"
        allowed = [role_may(config["Role"], action, arn, "logs") for action in ("logs:CreateLogStream", "logs:PutLogEvents")]
        if all(allowed):
            plain(func, *rest, **named)

    lambda_svc._emit_lambda_logs = emit


@gap("a schedule rings in the name of its role, and what it cannot hand over goes to its dead letters in that name too")
def close_schedules():
    from ministack.services import eventbridge, iam, scheduler, sqs

    plain = eventbridge._invoke_target

    def lent(target, schedule):
        """Whether the scheduler may take on the role for a schedule of this group."""
        role = iam._roles.get(target["RoleArn"].rsplit("/", 1)[-1])
        trust = (role or {}).get("AssumeRolePolicyDocument") or "{}"
        trust = json.loads(trust) if isinstance(trust, str) else trust
        group = f"arn:aws:scheduler:{responses.get_region()}:{responses.get_account_id()}:schedule-group/{schedule['GroupName']}"
        context = iam_evaluator.EvalContext(
            principal_arn="*", principal_type="Service", principal_account="", action="sts:AssumeRole",
            resource_arn="*", region=responses.get_region(),
            service_context={"aws:sourceaccount": responses.get_account_id(), "aws:sourcearn": group})
        return iam_evaluator.evaluate_resource_policy(trust, context, service="scheduler.amazonaws.com").decision == "Allow"

    def ring(target, event, rule, view=None):
        if "RoleArn" not in target or "GroupName" not in rule:
            return plain(target, event, rule, view)
        if not lent(target, rule):
            return note(target["RoleArn"].rsplit("/", 1)[-1], "sts:AssumeRole", target["RoleArn"], False, "scheduler")
        if role_may(target["RoleArn"], "lambda:InvokeFunction", target["Arn"], "scheduler"):
            return plain(target, event, rule, view)
        dead = (target.get("DeadLetterConfig") or {}).get("Arn")
        if dead and role_may(target["RoleArn"], "sqs:SendMessage", dead, "scheduler"):
            url = sqs._queue_url(dead.rsplit(":", 1)[-1])
            sqs._act_send_message({"QueueUrl": url, "MessageBody": target.get("Input") or "{}"}, url)

    eventbridge._invoke_target = ring
    scheduler._SCHEDULE_TICK_INTERVAL = 1


@gap("SES publishes what became of a mail to the configuration set's topic, if the topic's policy lets it")
def close_reports():
    from ministack.services import ses_v2, sns

    plain = ses_v2.handle_request

    async def handled(method, path, headers, body, query):
        answer = await plain(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails" and answer[0] == 200:
            told = json.loads(body)
            name = json.loads(answer[2])["MessageId"].split("@")[0]
            sent = ses_v2._sent_emails_list()[-1]
            sent["Tags"] = told.get("EmailTags", [])
            report(told, name)
        return answer

    def report(told, message_id):
        configuration_set = told.get("ConfigurationSetName") or ""
        known = ses_v2._config_sets.get(configuration_set) or {}
        to = told["Destination"]["ToAddresses"]
        kinds = ["Send", "Bounce"] if to[0].startswith("bounce@") else ["Send", "Delivery"]
        for destination in (known.get("EventDestinations") or {}).values():
            topic = (destination.get("SnsDestination") or {}).get("TopicArn")
            wanted = {kind.lower().replace("_", "") for kind in destination["MatchingEventTypes"]}
            source = f"arn:aws:ses:{responses.get_region()}:{responses.get_account_id()}:configuration-set/{configuration_set}"
            if not topic or not destination.get("Enabled"):
                continue
            if not sns.topic_policy_allows(topic, "ses.amazonaws.com", source, responses.get_account_id()):
                note("ses.amazonaws.com", "sns:Publish", topic, False, "ses")
                continue
            for kind in kinds:
                if kind.lower() in wanted:
                    sns.publish_internal(topic, published(told, message_id, kind, to))

    def published(told, message_id, kind, to):
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        tags = {tag["Name"]: [tag["Value"]] for tag in told.get("EmailTags", [])}
        event = {"eventType": kind, "mail": {
            "timestamp": at, "messageId": message_id, "source": told["FromEmailAddress"], "destination": to, "tags": tags}}
        event[kind.lower()] = {"timestamp": at, "bounceType": "Permanent", "bounceSubType": "General",
                               "bouncedRecipients": [{"emailAddress": to[0]}]} if kind == "Bounce" else {"timestamp": at}
        return json.dumps(event)

    ses_v2.handle_request = handled


@gap("SES keeps where an identity's bounces go and how it is signed, and signs what it is not told to leave unsigned")
def close_identities():
    from ministack.services import ses_v2

    plain = ses_v2.handle_request

    async def handled(method, path, headers, body, query):
        found = re.fullmatch(r"/v2/email/identities/([^/]+)(?:/(mail-from|dkim|configuration-set))?", path.rstrip("/"))
        kept = ses_v2._identities.get(found.group(1)) if found else None
        if kept is None or (method, found.group(2) is None) not in (("PUT", False), ("GET", True)):
            return await plain(method, path, headers, body, query)
        told = json.loads(body) if body else {}
        if found.group(2) == "mail-from":
            kept["MailFromAttributes"] = {"MailFromDomainStatus": "SUCCESS", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE", **told}
        elif found.group(2) == "dkim":
            kept["DkimAttributes"]["SigningEnabled"] = told.get("SigningEnabled", True)
        elif found.group(2) == "configuration-set":
            kept.update(told)
        kept["DkimAttributes"].setdefault("SigningEnabled", True)
        return (await plain(method, path, headers, body, query)) if method == "GET" else responses.json_response({})

    ses_v2.handle_request = handled


@gap("an alarm may compute with several metrics; here only the first of them is kept")
def close_alarms():
    from ministack.services.cloudformation import provisioners

    plain = provisioners._cw_metric_alarm_record

    def record(name, props):
        stats = [one["MetricStat"] for one in props.get("Metrics") or [] if "MetricStat" in one]
        if not stats:
            return plain(name, props)
        first = stats[0]
        kept = {key: value for key, value in props.items() if key != "Metrics"}
        return plain(name, {**kept, **first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]})

    provisioners._cw_metric_alarm_record = record


@gap("an HTTP API has the routes of its OpenAPI body")
def close_routes():
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def routed(api, props):
        gateway = provisioners._apigw_v2
        gateway._routes[api], gateway._integrations[api] = {}, {}
        for path, methods in ((props.get("Body") or {}).get("paths") or {}).items():
            for method, told in methods.items():
                integration = told["x-amazon-apigateway-integration"]
                name, _ = provisioners._apigw_v2_integration_create("", {
                    "ApiId": api, "IntegrationType": integration["type"].upper(), "IntegrationUri": integration["uri"],
                    "PayloadFormatVersion": integration["payloadFormatVersion"]}, "")
                verb = "ANY" if method.startswith("x-") else method.upper()
                key = "$default" if path == "/$default" else f"{verb} {path}"
                provisioners._apigw_v2_route_create("", {"ApiId": api, "RouteKey": key, "Target": f"integrations/{name}"}, "")

    def created(logical_id, props, stack_name):
        made = create(logical_id, props, stack_name)
        routed(made[0], props)
        return made

    def updated(physical_id, old, new, *rest, **named):
        made = update(physical_id, old, new, *rest, **named)
        routed(made[0], new)
        return made

    handlers["create"], handlers["update"] = created, updated


@gap("a number that is a parameter of the template is a number")
def close_numbers():
    from ministack.services import lambda_svc

    plain = lambda_svc._sqs_esm_concurrency

    def concurrency(mapping, *rest):
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return plain(mapping, *rest)

    lambda_svc._sqs_esm_concurrency = concurrency


def end_with_parent():
    """Ends at once, functions included, when standard input does: whoever started this is gone."""
    while os.read(0, 1024):
        pass
    from ministack.core import lambda_runtime

    for worker in [one for pool in lambda_runtime._workers.values() for one in (pool if isinstance(pool, list) else [pool])]:
        process = getattr(worker, "_proc", None)
        if process is not None:
            process.kill()
    os._exit(0)


def main():
    from ministack import app

    for _, close in GAPS:
        close()
    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
