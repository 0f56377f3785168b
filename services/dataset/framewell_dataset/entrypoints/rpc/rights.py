"""RightsService: what is stated and decided, what is owed, what is on record."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from framewell.dataset.v1 import rights_service_pb2 as messages
from framewell.dataset.v1 import rights_service_pb2_grpc as stubs
from framewell_contracts.audit.seals import BadKey, PublicKeys, read_public_keys
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.rights import statement_id
from framewell_dataset.entrypoints.rpc.messages import balance_message, unmatched_message
from framewell_dataset.entrypoints.rpc.rights_messages import (
    change_message,
    contributor_message,
    fate_message,
    money_messages,
    refusal_message,
)
from framewell_dataset.ports.audit import RecordedFacts
from framewell_dataset.ports.rights import LedgerFilter
from framewell_dataset.ports.stores import Stores
from framewell_dataset.queries.follow_change import FollowChange
from framewell_dataset.queries.list_contributors import ListContributors
from framewell_dataset.queries.list_ledger import ListLedger
from framewell_dataset.queries.list_refusals import ListRefusals
from framewell_dataset.queries.list_unmatched import ListUnmatched
from framewell_dataset.queries.preview_house_rules import PreviewHouseRules
from framewell_dataset.queries.preview_rights import PreviewRights
from framewell_dataset.queries.show_rights import ShowRights
from framewell_dataset.queries.verify_audit import VerifyAudit
from framewell_dataset.steps.shared_steps import Steps
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import page_request
from framewell_kit.rpc import Servicer

MOST_NAMED = 100
CONTRIBUTORS_PAGE = 25


@dataclass(frozen=True, slots=True)
class RightsServicer(stubs.RightsServiceServicer):
    """Translates calls about rights, money and the audit log."""

    show: ShowRights
    preview: PreviewRights
    unmatched: ListUnmatched
    follow: FollowChange
    refusals: ListRefusals
    contributors: ListContributors
    preview_rules: PreviewHouseRules
    ledger: ListLedger
    verify: VerifyAudit
    own_keys: PublicKeys

    async def GetRights(self, request: messages.GetRightsRequest, context: Any) -> messages.GetRightsResponse:
        shown = await self.show(request.asset_id)
        return messages.GetRightsResponse(
            decisions=shown.decisions, statements=shown.statements, revision=shown.revision
        )

    async def PreviewRightsChange(
        self, request: messages.PreviewRightsChangeRequest, context: Any
    ) -> messages.PreviewRightsChangeResponse:
        found = await self.preview(request.change, statements_only=request.statements_only)
        return messages.PreviewRightsChangeResponse(
            samples_withdrawn=found.samples_withdrawn,
            samples_proposed=found.samples_proposed,
            snapshot_count=len(found.snapshot_ids),
            asset_count=len(found.asset_ids),
            snapshot_ids=sorted(found.snapshot_ids)[:MOST_NAMED],
            asset_ids=sorted(found.asset_ids)[:MOST_NAMED],
            statements=found.applied,
            money=money_messages(found.money),
        )

    async def ListRightsChanges(
        self, request: messages.ListRightsChangesRequest, context: Any
    ) -> messages.ListRightsChangesResponse:
        page = await self.follow.page(page_request(request))
        return messages.ListRightsChangesResponse(
            changes=[change_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def GetRightsChange(
        self, request: messages.GetRightsChangeRequest, context: Any
    ) -> messages.GetRightsChangeResponse:
        return fate_message(await self.follow(request.change_id))

    async def ListRefusals(
        self, request: messages.ListRefusalsRequest, context: Any
    ) -> messages.ListRefusalsResponse:
        page = await self.refusals(page_request(request), request.kind, request.purpose)
        return messages.ListRefusalsResponse(
            refusals=[refusal_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def ListContributors(
        self, request: messages.ListContributorsRequest, context: Any
    ) -> messages.ListContributorsResponse:
        asked = page_request(request, default=CONTRIBUTORS_PAGE, largest=MOST_NAMED)
        page = await self.contributors(request.prefix, asked)
        return messages.ListContributorsResponse(
            contributors=[contributor_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def ListUnmatchedRights(
        self, request: messages.ListUnmatchedRightsRequest, context: Any
    ) -> messages.ListUnmatchedRightsResponse:
        page = await self.unmatched(page_request(request))
        return messages.ListUnmatchedRightsResponse(
            unmatched=[unmatched_message(each) for each in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def PreviewHouseRules(
        self, request: messages.PreviewHouseRulesRequest, context: Any
    ) -> messages.PreviewHouseRulesResponse:
        found = await self.preview_rules(request.rules)
        effects = [
            messages.HouseRuleEffect(
                condition=rule.condition,
                condition_wording=wording_of(rule.condition),
                statement_id=statement_id(rule.statement),
                asset_count=count,
            )
            for rule, count in zip(found.rules, found.matched, strict=True)
        ]
        changes = found.changes
        return messages.PreviewHouseRulesResponse(
            rules=effects,
            asset_count=len(changes.asset_ids),
            samples_withdrawn=changes.samples_withdrawn,
            samples_proposed=changes.samples_proposed,
            snapshot_count=len(changes.snapshot_ids),
            snapshot_ids=sorted(changes.snapshot_ids)[:MOST_NAMED],
            asset_ids=sorted(changes.asset_ids)[:MOST_NAMED],
        )

    async def ListLedger(
        self, request: messages.ListLedgerRequest, context: Any
    ) -> messages.ListLedgerResponse:
        page, balances = await self.ledger(page_request(request), _filter(request))
        return messages.ListLedgerResponse(
            entries=[entry.usage for entry in page.items],
            balances=[balance_message(each) for each in balances],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def VerifyAudit(
        self, request: messages.VerifyAuditRequest, context: Any
    ) -> messages.VerifyAuditResponse:
        found = await self.verify(self._keys(request.public_keys))
        problems = [
            messages.AuditProblem(
                kind=one.kind,
                chain_id=one.chain,
                sentence=one.sentence,
                wording=wording_of(one.sentence),
            )
            for one in found.problems
        ]
        return messages.VerifyAuditResponse(
            intact=not problems,
            entries=found.entries,
            problem=problems[0].sentence if problems else "",
            problems=problems,
            problem_count=found.problem_count,
            seals=found.seals,
            sealed_entries=found.sealed_entries,
            facts=found.facts,
            waiting_facts=found.waiting_facts,
            unreachable_entries=found.unreachable_entries,
        )

    def _keys(self, pem: str) -> PublicKeys:
        """Return the keys of a request, else those of the service. Raises Rejected for what is no key."""
        if not pem:
            return self.own_keys
        try:
            return read_public_keys(pem)
        except BadKey as error:
            raise Rejected(say("bad_key", "public_keys: {why}", why=error)) from error


def _filter(request: messages.ListLedgerRequest) -> LedgerFilter:
    asked_from, before = request.used_from, request.used_before
    return LedgerFilter(
        holder=request.holder,
        used_from=asked_from.ToDatetime(tzinfo=UTC) if request.HasField("used_from") else None,
        used_before=before.ToDatetime(tzinfo=UTC) if request.HasField("used_before") else None,
        currency=request.currency,
        pay_model=request.pay_model,
    )


def servicer(stores: Stores, steps: Steps, recorded: RecordedFacts, own_keys: PublicKeys) -> Servicer:
    """Return the service as the server takes it."""
    answering = RightsServicer(
        show=ShowRights(steps.gate),
        preview=PreviewRights(steps.rights_change, stores.samples, stores.snapshots, steps.gate),
        unmatched=ListUnmatched(stores.statements, steps.rights_change, steps.gate.clock),
        follow=FollowChange(stores.changes, stores.snapshots, stores.assets),
        refusals=ListRefusals(stores.refusals, stores.assets),
        contributors=ListContributors(stores.statements, stores.assets, stores.refusals, stores.ledger),
        preview_rules=PreviewHouseRules(stores.assets, stores.samples, stores.snapshots, steps.gate),
        ledger=ListLedger(stores.ledger),
        verify=VerifyAudit(stores.audit, recorded),
        own_keys=own_keys,
    )
    name = messages.DESCRIPTOR.services_by_name["RightsService"].full_name
    return Servicer(name, stubs.add_RightsServiceServicer_to_server, answering)
