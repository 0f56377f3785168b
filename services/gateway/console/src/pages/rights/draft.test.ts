import { describe, expect, it } from "vitest";
import { about, amountOf, begun, changeOfDraft, type Draft, EMPTY, lacks } from "./draft";

const OBJECTION: Draft = { ...EMPTY, name: " Agentur Blau ", issuer: "Rechteabteilung" };

describe("a draft of a change of rights", () => {
  it("lacks whom it is about and who states it", () => {
    expect(lacks(EMPTY)).toEqual(["subject", "issuer"]);
    expect(lacks(OBJECTION)).toEqual([]);
  });

  it("begins with what somebody came here for, and a name is not taken for an id", () => {
    const id = "1c5b2c1e-0000-4000-8000-00000000000a";
    const draft = begun("ines", { kind: "asset_id", name: id });
    expect(draft).toEqual({ ...EMPTY, issuer: "ines", kind: "asset_id", name: id });
    expect(begun("ines", { kind: "class_id", name: id })).toEqual({ ...EMPTY, issuer: "ines" });
    expect(about(draft, "holder").name).toBe("");
    expect(about({ ...EMPTY, name: "Agentur Blau" }, "source").name).toBe("Agentur Blau");
  });

  it("takes an id alone for an asset", () => {
    expect(lacks({ ...OBJECTION, kind: "asset_id" })).toEqual(["asset"]);
    expect(lacks({ ...OBJECTION, kind: "asset_id", name: "1c5b2c1e-0000-4000-8000-00000000000a" })).toEqual([]);
  });

  it("is sent as one statement about its subject, who is also the holder", () => {
    expect(changeOfDraft(OBJECTION)).toEqual({
      subject: { holder: "Agentur Blau" },
      statements: [{ issuer: "Rechteabteilung", use: "prohibited", source: "contract", holder: "Agentur Blau" }],
    });
  });

  it("carries a price only where it permits, and takes a comma for a point", () => {
    const priced: Draft = { ...OBJECTION, pay: "per_use", amount: "0,05", basis: "licence" };
    expect(changeOfDraft(priced).statements[0]?.payment).toBeUndefined();
    const allowed = changeOfDraft({ ...priced, use: "allowed" }).statements[0];
    expect(allowed?.payment).toEqual({ model: "per_use", amount: "0.05", currency: "EUR" });
    expect(allowed?.legal_basis).toBe("licence");
  });

  it("refuses an amount that is none, and an end before the begin", () => {
    const allowed: Draft = { ...OBJECTION, use: "allowed", pay: "flat" };
    for (const amount of ["", "viel", "-1", "1e3", "0.0000001"]) {
      expect(lacks({ ...allowed, amount })).toEqual(["amount"]);
    }
    expect(lacks({ ...OBJECTION, from: "2027-02-01", until: "2027-01-31" })).toEqual(["dates"]);
    expect(lacks({ ...OBJECTION, from: "2027-02-01", until: "2027-02-01" })).toEqual([]);
    expect(amountOf(" 12,5 ")).toBe("12.5");
  });

  it("ends with the day that is named, not before it", () => {
    const sent = changeOfDraft({ ...OBJECTION, from: "2027-01-31", until: "2027-01-31" }).statements[0];
    const from = new Date(sent?.valid_from ?? "").getTime();
    const until = new Date(sent?.valid_until ?? "").getTime();
    expect(until - from).toBe(24 * 3600 * 1000);
  });
});
