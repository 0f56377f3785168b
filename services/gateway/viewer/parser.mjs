// The part of AsyncAPI's parser that the viewer needs: its models of a document, not its validation.
export {
  isAsyncAPIDocument,
  isOldAsyncAPIDocument,
  isStringifiedDocument,
  toAsyncAPIDocument,
} from "@asyncapi/parser/esm/document.js";
export { SchemaV2 } from "@asyncapi/parser/esm/models/index.js";
export { unstringify } from "@asyncapi/parser/esm/stringify.js";
