// Shows the gateway's OpenAPI document with Swagger UI.
"use strict";

SwaggerUIBundle({
  url: document.getElementById("document").dataset.document,
  dom_id: "#document",
  deepLinking: true,
  // Neither asks a validator on the internet nor leaves it to a query in the address what is shown.
  validatorUrl: null,
  queryConfigEnabled: false,
});
