"""POST /v1/objects/address: an address that opens one object for some minutes."""

from dataclasses import dataclass

from framewell.gateway.v1.access_pb2 import AddressObjectRequest, AddressObjectResponse
from framewell_contracts.sentences import say
from framewell_gateway.domain.addresses import names_object
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.principals import acting
from framewell_gateway.domain.signed_addresses import Signer
from framewell_gateway.steps.check_new_account import InvalidField
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class AddressObject:
    """Sign the address for the caller: it opens the object for as long as the caller may read it, and may
    call as they do now.

    Raises InvalidField for a path that is none of an object.
    """

    signer: Signer
    clock: Clock

    async def __call__(self, request: AddressObjectRequest) -> AddressObjectResponse:
        if not names_object(request.path):
            raise InvalidField(
                "path",
                say("field.object_path", "is none of an object, such as `/v1/assets/<id>/objects/<key>`"),
                "bad_path",
            )
        address, ends = self.signer.address(request.path, acting.get(), self.clock.now())
        return AddressObjectResponse(address=address, expires_at=timestamp(ends))
