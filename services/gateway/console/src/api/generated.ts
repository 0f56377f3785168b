/**
 * Framewell
 * 1
 * DO NOT MODIFY - This file has been generated using oazapfts.
 * See https://www.npmjs.com/package/oazapfts
 */
import * as Oazapfts from "@oazapfts/runtime";
import * as QS from "@oazapfts/runtime/query";
export const defaults: Oazapfts.Defaults<Oazapfts.CustomHeaders> = {
    headers: {},
    baseUrl: "/"
};
const oazapfts = Oazapfts.runtime(defaults);
export const servers = {};
export type AccessMode = "local" | "users" | "tokens";
export type Role = "viewer" | "curator" | "rights" | "admin" | "local";
export type AuthenticatedBy = "local" | "session" | "api_token" | "token" | "oidc";
export type UserState = "invited" | "active" | "disabled";
export type User = {
    /** Id of the user: follows from the login. */
    user_id: string;
    /** Login, in the one spelling that it is compared in; decisions are signed with it. */
    login: string;
    /** Name as people call them. */
    name: string;
    /** What the user may do. */
    role?: Role;
    /** Whether the user may sign in. */
    state?: UserState;
    /** When the account was made. */
    created_at?: string;
    /** When the user last signed in; unset for one who never did. */
    signed_in_at?: string;
    /** Whether the account is one of the house's identity provider, which gives it its role at every sign-in. */
    external: boolean;
};
export type Session = {
    /** Whom this gateway asks who they are. */
    mode?: AccessMode;
    /** Whether there is no user yet: the first administrator is made by `POST /v1/setup` with the operator's code. */
    setup_open: boolean;
    /** Login that decisions of the caller are signed with; empty while nobody is signed in. */
    principal: string;
    /** What the caller may do; unset while nobody is signed in. */
    role?: Role;
    /** By what the caller is known. */
    by?: AuthenticatedBy;
    /** The user; unset for tokens of the settings and on a local mesh. */
    user?: User;
    /** Belongs into the header `framewell-csrf` of every change made by this session; empty without one. */
    csrf: string;
    /** When the session ends unless it is used before. */
    idle_until?: string;
    /** When the session ends in any case. */
    ends_at?: string;
    /** What the button of the house's identity provider says; empty where there is none. */
    oidc: string;
};
export type ProblemCode = "bad_request" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "too_large" | "unsupported_media_type" | "range_not_satisfiable" | "invalid" | "internal" | "unavailable" | "timeout" | "uri_too_long" | "too_many_requests" | "headers_too_large" | "gone" | "precondition_failed";
export type Wording = {
    /** Code of the template: stable, while what it says may be put in other words. The part before the first dot is a word for programs. */
    template: string;
    /** What stands in the places of the template, by name. Where that is a sentence itself, `<name>-template` has the code of its template, and `<name>-<param>` each of its params. */
    params: {
        [key: string]: string;
    };
};
export type RequestError = {
    /** The field, as a path: `statements.0.use`; empty for the whole body. */
    field: string;
    /** What is wrong with it, and what is right. */
    problem: string;
    /** What the sentence of `problem` was made of. */
    wording?: Wording;
};
export type Problem = {
    /** Always `about:blank`: `code` tells problems apart. */
    "type": string;
    /** What kind of problem it is, in words. */
    title: string;
    /** The HTTP status of the answer. */
    status: number;
    /** What happened, to what, and what to do next, as a sentence. */
    detail: string;
    /** The same as a stable word. */
    code?: ProblemCode;
    /** What is wrong at which place of the request. */
    errors: RequestError[];
    /** Why, more exactly than `code`, as a stable word, e.g. `revision_changed`; empty where `code` says it all. */
    reason: string;
    /** What stands in the places of the sentence's template, by name, for whoever words it in another language; as `Wording.params`. */
    params: {
        [key: string]: string;
    };
    /** Code of the template that `detail` was made from, as `Wording.template`: `reason`, or `reason` with a part behind a dot that tells one of several templates; empty where the sentence is a text that somebody gave. */
    template: string;
};
export type SignInRequest = {
    /** Login of the user. */
    login: string;
    /** Password of the user. */
    password: string;
};
export type SetUpRequest = {
    /** The code; it works once. */
    code: string;
    /** Name as people call them. */
    name: string;
    /** Login: letters, digits and `. _ - @ +`, in capitals or not. */
    login: string;
    /** Password of twelve characters or more, which is not the login. */
    password: string;
};
export type ChangePasswordRequest = {
    /** The password so far. */
    password: string;
    /** The password from now on: twelve characters or more, and not the login. */
    new_password: string;
};
export type AcceptInvitationRequest = {
    /** The code of the invitation; it works once. */
    code: string;
    /** The password from now on: twelve characters or more, and not the login. */
    password: string;
};
export type ListUsersResponse = {
    /** Users of this page, in the order of their logins. */
    users: User[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of users on all pages together. */
    total_size: number;
};
export type InviteUserRequest = {
    /** Login: letters, digits and `. _ - @ +`, in capitals or not. */
    login: string;
    /** Name as people call them. */
    name: string;
    /** What the user may do. */
    role: Role;
};
export type Invitation = {
    /** Whose account it is for. */
    user?: User;
    /** The code; the console takes it as `/console/invitation#<code>`. */
    code: string;
    /** When it stops working. */
    expires_at?: string;
};
export type RoleChange = {
    /** What the user may do from the next request on. */
    role: Role;
};
export type ApiToken = {
    /** Id of the token; it opens nothing. */
    token_id: string;
    /** What it is for, in its owner's words. */
    name: string;
    /** What it may do at most: never more than its owner at that moment. */
    role?: Role;
    /** Id of its owner. */
    user_id: string;
    /** Login of its owner. */
    login: string;
    /** When it was made. */
    created_at?: string;
    /** When it stops working. */
    expires_at?: string;
    /** When it was last used, to the hour; unset for one that never was. */
    used_at?: string;
};
export type ListTokensResponse = {
    /** Tokens of this page, newest first; those that were revoked are gone. */
    tokens: ApiToken[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of tokens on all pages together. */
    total_size: number;
};
export type MakeTokenRequest = {
    /** What it is for. */
    name: string;
    /** What it may do at most; no more than the caller. */
    role: Role;
    /** When it stops working, within a year; unset: in 90 days. */
    expires_at?: string;
};
export type MakeTokenResponse = {
    /** The token that was made. */
    token?: ApiToken;
    /** What stands after `Authorization: Bearer`; it is shown only here. */
    secret: string;
};
export type AddressObjectRequest = {
    /** Path of the object, e.g. `/v1/assets/<id>/objects/<key>`. */
    path: string;
};
export type AddressObjectResponse = {
    /** Path and query; it opens this one object for whoever has it. */
    address: string;
    /** When it stops working. */
    expires_at?: string;
};
export type AssetState = "requested" | "ingested" | "transcoding" | "analysing" | "analysed" | "rejected" | "removed";
export type MediaKind = "video" | "audio" | "still";
export type ChunkCounts = {
    /** Chunks that are planned, whatever became of them. */
    planned: number;
    /** Chunks that are transcoded. */
    transcoded: number;
    /** Chunks that models have looked at. */
    analysed: number;
    /** Chunks that were given up at any stage. */
    failed: number;
};
export type Lane = "live" | "archive";
export type Programme = {
    /** Title of the programme, for people. */
    title: string;
    /** Series the programme belongs to, empty for none. */
    series: string;
    /** Channel that airs it, e.g. `Kanal Eins`. */
    channel: string;
    /** When it is or was broadcast; unset when not known. */
    broadcast_time?: string;
    /** Language that is spoken in it (BCP 47), e.g. `de`. */
    language: string;
    /** Identifiers of the house and of others by scheme, e.g. `eidr`, `house`. */
    identifiers: {
        [key: string]: string;
    };
    /** Timecode of the first picture, `HH:MM:SS:FF` (`;FF` for drop frame), where the file has none or a wrong one; empty: the file's. */
    start_timecode: string;
};
export type ObjectRef = {
    /** Key in the object store: `<first two hex digits>/<sha256><suffix>`. */
    key: string;
    /** IANA media type of the content, e.g. `video/mp4`. */
    media_type: string;
    /** Length of the content in bytes. */
    size: number;
    /** SHA-256 of the content, 64 lower-case hex digits. */
    sha256: string;
};
export type TrackKind = "video" | "audio" | "subtitle" | "data";
export type Ratio = {
    /** The number above the line. */
    numerator: number;
    /** The number below the line, never 0 in a ratio that is set. */
    denominator: number;
};
export type ColourRange = "limited" | "full";
export type Colour = {
    /** Colour primaries, e.g. `bt709`, `bt2020`. */
    primaries: string;
    /** Transfer characteristics, e.g. `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG). */
    transfer: string;
    /** Matrix from RGB to luma and colour differences, e.g. `bt709`, `smpte170m`, `bt2020nc`. */
    matrix: string;
    /** Which numbers stand for black and white. */
    range?: ColourRange;
};
export type FieldOrder = "progressive" | "top_first" | "bottom_first";
export type TrackRole = "forced" | "hearing_impaired" | "visual_impaired" | "commentary" | "description" | "dub" | "original" | "captions" | "lyrics" | "clean_effects" | "cover";
export type Track = {
    /** Index of the track in the container, from 0. */
    index: number;
    /** What the track carries. */
    kind?: TrackKind;
    /** Codec by FFmpeg's name, e.g. `h264`. */
    codec: string;
    /** Language (BCP 47), empty when the container does not say. */
    language: string;
    /** Displayed width in pixels, pictures only. */
    width: number;
    /** Displayed height in pixels, pictures only. */
    height: number;
    /** Clockwise rotation to display, in degrees: 0, 90, 180 or 270. */
    rotation_degrees: number;
    /** Shape of one pixel, width : height; unset when not known. */
    sample_aspect_ratio?: Ratio;
    /** Nominal pictures per second; unset for sound. */
    frame_rate?: Ratio;
    /** Samples of sound per second (Hz), sound only. */
    sample_rate: number;
    /** Number of sound channels, sound only. */
    channels: number;
    /** Length of the track; unset when the container does not say. */
    duration?: string;
    /** Profile of the codec in FFmpeg's words, e.g. `High 4:2:2`, `Main 10`; empty when not known. */
    profile: string;
    /** Level of the codec as its standard writes it, e.g. `4.1`, `High`; empty when not known. */
    level: string;
    /** Width in pixels as coded, before pixels are made square and pictures upright; pictures only. */
    coded_width: number;
    /** Height in pixels as coded, pictures only. */
    coded_height: number;
    /** Pixel format by FFmpeg's name, e.g. `yuv422p10le`, pictures only. */
    pixel_format: string;
    /** Bits of one sample of a picture's component or of sound; 0 when not known. */
    bit_depth: number;
    /** Meaning of the colours, pictures only; unset when the file says nothing of it. */
    colour?: Colour;
    /** Order of the fields, pictures only. */
    field_order?: FieldOrder;
    /** Channel layout by FFmpeg's name, e.g. `stereo`, `5.1(side)`, sound only. */
    channel_layout: string;
    /** Sample format by FFmpeg's name, e.g. `s32`, `fltp`, sound only. */
    sample_format: string;
    /** Bits a second; 0 when the container does not say. */
    bit_rate: number;
    /** SMPTE ST 12 timecode at the start of the track, empty when it has none. */
    timecode: string;
    /** True when the file has it played unless another is asked for. */
    is_default: boolean;
    /** What it is for, beside the main content. */
    roles: TrackRole[];
    /** Number of the programme of a transport stream it belongs to; 0 for none. */
    programme_number: number;
    /** Title of the track, empty when it has none; at most 300 characters. */
    title: string;
    /** Identifier inside the container: PID of a transport stream, track id of MP4. */
    container_id: number;
};
export type AssetSummary = {
    /** The asset (a UUID). */
    asset_id: string;
    /** What the asset is; unset while that is not known. */
    kind?: MediaKind;
    /** How far it has come. */
    state?: AssetState;
    /** Why it was rejected, removed, or not analysed at all, as a sentence; unset otherwise. */
    reason?: string;
    /** Title of the programme; empty when it was not given. */
    title: string;
    /** Where it came from, as it was asked for, without passwords and signatures. */
    uri: string;
    /** When it was asked for: the time of the event or call that asked. */
    requested_at?: string;
    /** How many chunks have come how far. */
    chunks?: ChunkCounts;
    /** The labels of its request, by name. (`labels` of a view are what was seen.) */
    request_labels: {
        [key: string]: string;
    };
    /** Who asked: the source of the request's event. */
    source: string;
    /** The lane all work on it travels in. */
    lane?: Lane;
    /** When the original was stored and had been read; unset until then. */
    ingested_at?: string;
    /** What the house knows about the programme, as it is now; unset while nothing is known. */
    programme?: Programme;
    /** The original as it was delivered, with its length and SHA-256; unset until it is stored. */
    original?: ObjectRef;
    /** Container of the original by FFmpeg's name, e.g. `mov`; empty until it was read. */
    container: string;
    /** The tracks inside the container, in its order: codec, size, frame rate, channels, language. */
    tracks: Track[];
    /** Its length; until it is planned that of its longest track, as the file says. A recording under way is as long as what has come. Unset for a still, and while it is not known. */
    duration?: string;
    /** A proxy the house already had; unset for none. */
    existing_proxy?: ObjectRef;
    /** Number of the work under way, raised by one at every reprocessing, from 1; 0 until it was taken in. */
    generation: number;
    /** Grows with every change of the asset inside ingest; 0 until it was taken in. */
    revision: number;
    /** Earlier assets whose original is the same, byte for byte: those known when it was taken in, oldest first, at most 20. */
    same_content: string[];
    /** Where the first picture of it is, as a path of this gateway; empty until it can be shown, and for sound alone. */
    poster: string;
    /** When anything of what is listed here changed last; unset for one that has not changed since it is noted. */
    changed_at?: string;
    /** What the sentence of `reason` was made of. */
    reason_wording?: Wording;
};
export type ListAssetsResponse = {
    /** Assets of this page, in the order that was asked for. */
    assets: AssetSummary[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of assets on all pages together. */
    total_size: number;
};
export type ProgrammeInput = {
    /** Title of the programme, for people. */
    title?: string;
    /** Series the programme belongs to, empty for none. */
    series?: string;
    /** Channel that airs it, e.g. `Kanal Eins`. */
    channel?: string;
    /** When it is or was broadcast; unset when not known. */
    broadcast_time?: string;
    /** Language that is spoken in it (BCP 47), e.g. `de`. */
    language?: string;
    /** Identifiers of the house and of others by scheme, e.g. `eidr`, `house`. */
    identifiers?: {
        [key: string]: string;
    };
    /** Timecode of the first picture, `HH:MM:SS:FF` (`;FF` for drop frame), where the file has none or a wrong one; empty: the file's. */
    start_timecode?: string;
};
export type StatementSource = "contract" | "tdmrep" | "xmp" | "exif" | "c2pa" | "house_rule";
export type SpanInput = {
    /** First pts inside the span. */
    start_pts?: number;
    /** First pts after the span. */
    end_pts?: number;
    /** Index of the first frame in presentation order. */
    first_frame?: number;
    /** Number of frames in the span. */
    frames?: number;
};
export type Purpose = "analysis" | "own_training" | "sharing" | "generative_training";
export type Use = "allowed" | "prohibited" | "constrained";
export type LegalBasis = "licence" | "own_production" | "tdm" | "tdm_research" | "public" | "other";
export type PayModel = "flat" | "per_use";
export type PaymentInput = {
    /** What is counted: samples of a snapshot, or every use. */
    model: PayModel;
    /** Decimal amount per unit, e.g. `0.05`. */
    amount: string;
    /** Currency of the amount, an ISO 4217 code, e.g. `EUR`. */
    currency: string;
};
export type FrameRangeInput = {
    /** Index of the first picture in presentation order, from 0. */
    first_frame?: number;
    /** How many pictures it covers, from the first one on. */
    frames: number;
};
export type TimeRangeInput = {
    /** Where it begins; unset: with the asset. */
    start?: string;
    /** Where it ends, no longer in it. */
    end: string;
};
export type TimecodeRangeInput = {
    /** Timecode of the first picture, `HH:MM:SS:FF` (`;FF` for drop frame), counted as the asset counts. */
    start: string;
    /** Timecode of the first picture after it. */
    end: string;
};
export type PassageInput = {
    /** Counted in pictures, from 0. */
    frames?: FrameRangeInput;
    /** Measured in time from the first picture. */
    seconds?: TimeRangeInput;
    /** Named by the timecode of its pictures. */
    timecode?: TimecodeRangeInput;
};
export type RightsStatementInput = {
    /** Who makes the statement, e.g. a broadcaster or an archive; empty in a request to ingest: the source of its event. */
    issuer?: string;
    /** Id given by the issuer, by which a later revision replaces the statement. Empty: one is made from what the statement says, so that the same words are the same statement, and other words are another statement, which stands beside the first and replaces nothing. Text found in a file always has such an id. */
    statement_id?: string;
    /** Grows with every change of the statement; older ones never count again. 0 or unset is the lowest: an issuer who does not count is served by the revision of RightsChanged. */
    revision?: number;
    /** Who holds the rights, and is paid for uses. */
    holder?: string;
    /** In what the statement was found. */
    source?: StatementSource;
    /** The part of the asset it covers, in pts or in frames alone; unset, as `passage`, for all of it. */
    span?: SpanInput;
    /** The purposes it speaks of; an empty list means all purposes, and an unspecified one in it is refused. */
    purposes?: Purpose[];
    /** What it says about these purposes. */
    use: Use;
    /** On what a permission rests. */
    legal_basis?: LegalBasis;
    /** When it comes into force; unset: it always was. */
    valid_from?: string;
    /** When it goes out of force; unset: never. */
    valid_until?: string;
    /** Territories it is limited to, in any case; an empty list means everywhere: countries (ISO 3166-1: `DE`, `DEU`, `276`), subdivisions (ISO 3166-2: `DE-BY`), regions of UN M49 (`150`), `EU`, `EEA`, `EFTA`, `DACH`, `BENELUX`, `WORLD`. With a word that names none, a restriction holds everywhere and a permission not there. */
    territories?: string[];
    /** What is owed for a use; unset: nothing. */
    payment?: PaymentInput;
    /** The words of the statement themselves, as they were found. */
    verbatim?: string;
    /** Where the words stood, e.g. `EXIF 0x8298 Copyright`, `contract 4711`. */
    found_at?: string;
    /** The part of the asset it covers, in the unit of its sender. With `span` given, too, a restriction covers both and a permission what lies in both. */
    passage?: PassageInput;
};
export type DuplicatePolicy = "accept" | "reject";
export type CaptionKind = "subtitles" | "captions" | "forced";
export type CaptionSource = {
    /** Where it is, same schemes as the media's `uri`. */
    uri: string;
    /** Language (BCP 47), e.g. `de`; empty when not known. */
    language?: string;
    /** What it is made for; unspecified means subtitles. */
    kind?: CaptionKind;
};
export type IngestRequested = {
    /** Id for the asset, if the sender wants to choose it (a UUID). Otherwise it is made from the event's source and id. */
    asset_id?: string;
    /** Where the media is: `file:///…` (inside an allowed root), `s3://bucket/key`, `https://…`, `upload:<id>`. */
    uri: string;
    /** What the house knows about the programme. */
    programme?: ProgrammeInput;
    /** What is stated about its rights, besides what the file itself says. */
    statements?: RightsStatementInput[];
    /** Live is served before archive; unspecified means archive. */
    lane?: Lane;
    /** SHA-256 the content must have, 64 hex digits; empty: not checked. */
    expected_sha256?: string;
    /** Anything the sender wants to find again, by name. */
    labels?: {
        [key: string]: string;
    };
    /** A proxy the house already has, same schemes as `uri`. It is kept with the asset; a proxy is made all the same. */
    existing_proxy?: string;
    /** What to do when an asset with the same content is there already. */
    duplicates?: DuplicatePolicy;
    /** Files of timed text beside the media (EBU STL, TTML, EBU-TT-D, SRT, WebVTT, SCC). */
    captions?: CaptionSource[];
};
export type SubmitResponse = {
    /** Id of the asset. */
    asset_id: string;
    /** True when this very request had been made before. */
    existed: boolean;
};
export type UploadResponse = {
    /** `upload:<id>`, to be named in Submit. */
    uri: string;
    /** Number of bytes received. */
    size: number;
    /** SHA-256 of the whole, 64 lower-case hex digits. */
    sha256: string;
};
export type Timeline = {
    /** Seconds per tick of the clock, e.g. 1/90000. */
    time_base?: Ratio;
    /** Nominal pictures per second, e.g. 25/1 or 30000/1001. Unset for audio. */
    frame_rate?: Ratio;
    /** True when pictures do not come at `frame_rate` throughout. */
    variable_rate: boolean;
    /** pts of the first picture (of the first sample, for audio). */
    start_pts: number;
    /** Ticks from `start_pts` to the end of the last picture. */
    duration_pts: number;
    /** Number of pictures in the asset, 0 for audio. */
    frame_count: number;
    /** SMPTE ST 12 timecode of the first picture, `HH:MM:SS:FF` (`;FF` for drop frame); empty when the source has none. */
    start_timecode: string;
    /** True when `start_timecode` counts drop frame. */
    drop_frame: boolean;
    /** True when pictures are missing or held although the rate is regular: timecode then counts time, not pictures. */
    has_gaps: boolean;
};
export type Span = {
    /** First pts inside the span. */
    start_pts: number;
    /** First pts after the span. */
    end_pts: number;
    /** Index of the first frame in presentation order. */
    first_frame: number;
    /** Number of frames in the span. */
    frames: number;
};
export type TransitionKind = "cut" | "fade" | "dissolve" | "wipe";
export type Transition = {
    /** The kind of passage. */
    kind?: TransitionKind;
    /** The pictures that are neither shot's alone; of a cut there are none, and the span is empty. */
    span?: Span;
};
export type Shot = {
    /** Where on the asset's clock it lies. Shots tile the asset: a longer transition is divided at its middle. */
    span?: Span;
    /** How it begins; unset for the first shot. */
    transition?: Transition;
};
export type ModelVersion = {
    /** Name of the model in the model registry, e.g. `faces/yunet`. */
    name: string;
    /** Version as its manifest says it, e.g. `2023.3`; empty only where a request says what it means then. */
    version: string;
};
export type SeenPerson = {
    /** The class of the person; unset for unknown. */
    class_id?: string;
    /** The person's name; the class id once the name was erased, `unknown` without class. */
    name: string;
    /** The identity model that recognised the person; unset when none is in service. */
    model?: ModelVersion;
    /** Best score over all appearances: 1 at distance 0, 0.5 at the model's threshold; unset for unknown. */
    score?: number;
    /** When the person is there: spans that touch are one; of faces without a cluster every appearance. */
    spans: Span[];
    /** The cluster of an unknown person, the same in all assets; unset for a known one, and for faces in no cluster. */
    cluster_id?: string;
    /** What was decided of the first appearance, in words and with the reason: named, a question, unknown, too small. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type SeenText = {
    /** The text, with single spaces. */
    text: string;
    /** Everywhere it stood; spans that touch are one. */
    spans: Span[];
};
export type SeenLabel = {
    /** What is seen, in the words of whoever saw it: a label, an object or a region. */
    label: string;
    /** Its best score, 0 to 1. */
    score: number;
    /** Everywhere it was seen; spans that touch are one. */
    spans: Span[];
    /** The analysers that saw it, by name: `labels`, `objects`, or a model of the house, e.g. `house.scenes`. */
    analysers: string[];
};
export type SpeechSegment = {
    /** Where it begins, counted from the start of the asset. */
    start?: string;
    /** Where it ends, counted from the start of the asset. */
    end?: string;
    /** What is said in it, as far as it was written down; a sentence stands where most of it is said. */
    text: string;
};
export type Payment = {
    /** What is counted: samples of a snapshot, or every use. */
    model?: PayModel;
    /** Decimal amount per unit, e.g. `0.05`. */
    amount: string;
    /** Currency of the amount, an ISO 4217 code, e.g. `EUR`. */
    currency: string;
};
export type FrameRange = {
    /** Index of the first picture in presentation order, from 0. */
    first_frame: number;
    /** How many pictures it covers, from the first one on. */
    frames: number;
};
export type TimeRange = {
    /** Where it begins; unset: with the asset. */
    start?: string;
    /** Where it ends, no longer in it. */
    end?: string;
};
export type TimecodeRange = {
    /** Timecode of the first picture, `HH:MM:SS:FF` (`;FF` for drop frame), counted as the asset counts. */
    start: string;
    /** Timecode of the first picture after it. */
    end: string;
};
export type Passage = {
    /** Counted in pictures, from 0. */
    frames?: FrameRange;
    /** Measured in time from the first picture. */
    seconds?: TimeRange;
    /** Named by the timecode of its pictures. */
    timecode?: TimecodeRange;
};
export type RightsStatement = {
    /** Who makes the statement, e.g. a broadcaster or an archive; empty in a request to ingest: the source of its event. */
    issuer: string;
    /** Id given by the issuer, by which a later revision replaces the statement. Empty: one is made from what the statement says, so that the same words are the same statement, and other words are another statement, which stands beside the first and replaces nothing. Text found in a file always has such an id. */
    statement_id: string;
    /** Grows with every change of the statement; older ones never count again. 0 or unset is the lowest: an issuer who does not count is served by the revision of RightsChanged. */
    revision: number;
    /** Who holds the rights, and is paid for uses. */
    holder: string;
    /** In what the statement was found. */
    source?: StatementSource;
    /** The part of the asset it covers, in pts or in frames alone; unset, as `passage`, for all of it. */
    span?: Span;
    /** The purposes it speaks of; an empty list means all purposes, and an unspecified one in it is refused. */
    purposes: Purpose[];
    /** What it says about these purposes. */
    use?: Use;
    /** On what a permission rests. */
    legal_basis?: LegalBasis;
    /** When it comes into force; unset: it always was. */
    valid_from?: string;
    /** When it goes out of force; unset: never. */
    valid_until?: string;
    /** Territories it is limited to, in any case; an empty list means everywhere: countries (ISO 3166-1: `DE`, `DEU`, `276`), subdivisions (ISO 3166-2: `DE-BY`), regions of UN M49 (`150`), `EU`, `EEA`, `EFTA`, `DACH`, `BENELUX`, `WORLD`. With a word that names none, a restriction holds everywhere and a permission not there. */
    territories: string[];
    /** What is owed for a use; unset: nothing. */
    payment?: Payment;
    /** The words of the statement themselves, as they were found. */
    verbatim: string;
    /** Where the words stood, e.g. `EXIF 0x8298 Copyright`, `contract 4711`. */
    found_at: string;
    /** The part of the asset it covers, in the unit of its sender. With `span` given, too, a restriction covers both and a permission what lies in both. */
    passage?: Passage;
};
export type RightsDecision = {
    /** The purpose that was asked for. */
    purpose?: Purpose;
    /** True when the use may go ahead. */
    allowed: boolean;
    /** The decision in one sentence a lawyer can read. */
    sentence: string;
    /** The statements the decision rests on. */
    grounds: RightsStatement[];
    /** Legal basis of a permission; unspecified when the use is withheld. */
    legal_basis?: LegalBasis;
    /** Revision of the asset's rights it was made at. */
    rights_revision: number;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type SampleCounts = {
    /** Samples that wait for a person. */
    proposed: number;
    /** Samples whose use the rights do not allow. */
    withheld: number;
    /** Samples that a person accepted. */
    accepted: number;
    /** Samples that a person rejected. */
    rejected: number;
    /** Samples of which a person could not tell. */
    unsure: number;
    /** Samples that were taken back. */
    withdrawn: number;
};
export type CaptionTrack = {
    /** The text as WebVTT; times count from the asset's start. */
    cues?: ObjectRef;
    /** Language (BCP 47), empty when not known. */
    language: string;
    /** What it is made for. */
    kind?: CaptionKind;
    /** Title, empty when it has none; at most 300 characters. */
    title: string;
    /** What it was read from: a codec by FFmpeg's name (`mov_text`, `subrip`, `eia_608`), or the format of a file beside the media (`ebu_stl`, `ttml`, `srt`, `webvtt`, `scc`). */
    format: string;
    /** Index of the track in the original's container that holds it; of captions inside pictures, the track of these. Unset when it came as a file of its own. */
    track_index?: number;
    /** Number of its texts. */
    cue_count: number;
    /** True when the file has it shown unless another is asked for. */
    is_default: boolean;
};
export type AssetView = {
    /** The asset (a UUID). */
    asset_id: string;
    /** What the asset is; unset while that is not known. */
    kind?: MediaKind;
    /** How far it has come. */
    state?: AssetState;
    /** Why it was rejected, removed, or not analysed at all, as a sentence; unset otherwise. */
    reason?: string;
    /** What is missing from it or from this view, one sentence each; empty when nothing is. */
    missing: string[];
    /** Fields of this view that could not be asked because a service is away: they are left out, and say nothing. */
    unavailable: string[];
    /** Its clock; unset until it is known. */
    timeline?: Timeline;
    /** How many chunks have come how far. */
    chunks?: ChunkCounts;
    /** Its final shots in order of time. */
    shots?: Shot[];
    /** Who was seen: known people first, by score. */
    people?: SeenPerson[];
    /** What was read on screen, in order of first appearance. */
    text?: SeenText[];
    /** Labels, objects and regions that analysers saw, best score first. */
    labels?: SeenLabel[];
    /** Where somebody speaks, in order of time. */
    speech?: SpeechSegment[];
    /** What the house decided, one decision a purpose, with the statements it rests on. */
    rights?: RightsDecision[];
    /** URL of its HLS playlist, for any player; unset until there is one. It stays, also while a recording grows. */
    playlist?: string;
    /** How many training samples were taken from it; unset until it is known to the dataset service. */
    samples?: SampleCounts;
    /** Title of the programme; empty when it was not given. */
    title: string;
    /** Where it came from, as it was asked for, without passwords and signatures. */
    uri: string;
    /** When it was asked for: the time of the event or call that asked. */
    requested_at?: string;
    /** The labels of its request, by name. (`labels` of a view are what was seen.) */
    request_labels: {
        [key: string]: string;
    };
    /** Who asked: the source of the request's event. */
    source: string;
    /** The lane all work on it travels in. */
    lane?: Lane;
    /** When the original was stored and had been read; unset until then. */
    ingested_at?: string;
    /** What the house knows about the programme, as it is now; unset while nothing is known. */
    programme?: Programme;
    /** The original as it was delivered, with its length and SHA-256; unset until it is stored. */
    original?: ObjectRef;
    /** Container of the original by FFmpeg's name, e.g. `mov`; empty until it was read. */
    container: string;
    /** The tracks inside the container, in its order: codec, size, frame rate, channels, language. */
    tracks: Track[];
    /** Its length; until it is planned that of its longest track, as the file says. A recording under way is as long as what has come. Unset for a still, and while it is not known. */
    duration?: string;
    /** A proxy the house already had; unset for none. */
    existing_proxy?: ObjectRef;
    /** Number of the work under way, raised by one at every reprocessing, from 1; 0 until it was taken in. */
    generation: number;
    /** Grows with every change of the asset inside ingest; 0 until it was taken in. */
    revision: number;
    /** Its timed text (subtitles and captions) as WebVTT; empty until it is transcoded. */
    captions?: CaptionTrack[];
    /** Earlier assets whose original is the same, byte for byte: those known when it was taken in, oldest first, at most 20. */
    same_content: string[];
    /** What the sentence of `reason` was made of. */
    reason_wording?: Wording;
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
};
export type RemoveAssetResponse = {};
export type AssetVerdict = "ended" | "moving" | "waiting" | "stuck";
export type ReasonWeight = "stuck" | "waits" | "moves";
export type Reason = {
    /** Stable word for programs, e.g. `dead_letter`, `breaker_open`, `service_away`. */
    kind: string;
    /** What it means for the asset. */
    weight?: ReasonWeight;
    /** The service it lies with; empty when it lies with none. */
    service: string;
    /** What happened, to what, as a sentence. */
    sentence: string;
    /** A command to run or what to look at; empty when there is nothing to do. */
    advice: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type Retry = {
    /** Attempts made so far. */
    attempts: number;
    /** When the next attempt comes at the earliest. */
    not_before?: string;
    /** What happened, as a stable word. */
    code: string;
    /** What happened, as a sentence. */
    reason: string;
    /** The topic it stood in first, without the mesh's prefix. */
    origin_topic: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type WaitingRecord = {
    /** The consumer group that reads it. */
    group: string;
    /** The topic it lies in, without the mesh's prefix. */
    topic: string;
    /** Number of the partition, from 0. */
    partition: number;
    /** Offset of the record in its partition. */
    offset: number;
    /** CloudEvents type of its event; empty when it has none. */
    "type": string;
    /** Id of its event; empty when it has none. */
    id: string;
    /** When it was written. */
    written?: string;
    /** Records of its partition before it that the group has not committed. */
    ahead: number;
    /** Its next attempt; set for a record that lies in the group's retry topic. */
    retry?: Retry;
};
export type Backlog = {
    /** The consumer group that reads it. */
    group: string;
    /** The topic, without the mesh's prefix. */
    topic: string;
    /** Sum of the offsets that the group has committed. */
    committed: number;
    /** Sum of the ends of the partitions. */
    end: number;
    /** Records that the group has not committed. */
    behind: number;
};
export type AssetDeadLetter = {
    /** Id of the dead letter: `<group>/<partition>@<offset>`. */
    dead_letter_id: string;
    /** The consumer group that gave it up. */
    group: string;
    /** CloudEvents type of its event; empty when it has none. */
    "type": string;
    /** Id of its event; empty when it has none. */
    id: string;
    /** What happened, as a stable word. */
    code: string;
    /** What happened, as a sentence. */
    reason: string;
    /** Number of attempts made before it was given up. */
    attempts: number;
    /** When it was given up. */
    given_up?: string;
    /** The command that tries it again. */
    replay: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type JobState = "waiting" | "later" | "running" | "done" | "failed";
export type HeldJob = {
    /** What is to be done, e.g. `fetch`. */
    kind: string;
    /** What it is to be done to, e.g. the id of an asset. */
    key: string;
    /** How far the job has come. */
    state?: JobState;
    /** The lane it is served in. */
    lane?: Lane;
    /** Which attempt is under way or next; counts from 1, failures only. */
    attempt: number;
    /** Number of starts that nobody ended: deaths of its workers, and the one under way. */
    starts: number;
    /** Who holds its lease or held it last: `host:pid`. */
    worker: string;
    /** When others may take it over; set only while it runs. */
    leased_until?: string;
    /** When it is tried next; set only while it waits for that. */
    due_at?: string;
    /** When the job was put into the queue. */
    put_at?: string;
    /** What the last attempt ended with, or why it waits, in words. */
    reason: string;
    /** Stable word for the reason of a failed one, else empty. */
    code: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type ServiceJob = {
    /** The service that holds it. */
    service: string;
    /** The job as its service describes it. */
    job?: HeldJob;
};
export type Breaker = {
    /** The consumer group of the stage, `<service>.<handler>`. */
    group: string;
    /** True while no record may be handled. */
    open: boolean;
    /** True once one record may be tried, whose end opens or closes it. */
    half_open: boolean;
    /** When it opened last; unset while it is closed. */
    opened_at?: string;
    /** When one record is tried; unset unless it is open. */
    tries_at?: string;
};
export type WaitingPart = {
    /** Name of the part: streams, jobs, outbox, … */
    part: string;
    /** What the part waits for, in words. */
    reason: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type PausedPartition = {
    /** The consumer group that reads it. */
    group: string;
    /** The topic, without the mesh's prefix. */
    topic: string;
    /** Number of the partition, from 0. */
    partition: number;
    /** When it is read again; unset when that depends on something else. */
    until?: string;
    /** Why it is paused, in words. */
    reason: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type ServiceReplica = {
    /** Where it was asked: host and port. */
    address: string;
    /** The process as `host:pid`; empty when it does not answer. */
    process: string;
    /** Why it does not answer, as a sentence; empty when it does. */
    away: string;
    /** True when it may be counted on. */
    ready: boolean;
    /** Why it is not ready, part by part. */
    waiting: WaitingPart[];
    /** Partitions that it does not read for a while. */
    paused: PausedPartition[];
    /** What the sentence of `away` was made of. */
    away_wording?: Wording;
};
export type ServiceWork = {
    /** Name of the service that answers. */
    service: string;
    /** Why none of its replicas answers, as a sentence; empty when one does. */
    away: string;
    /** True when it may be counted on: one of its replicas is ready. */
    ready: boolean;
    /** Breakers of it that are not closed. */
    breakers: Breaker[];
    /** Facts of the asset that it holds and that the broker has not taken yet. */
    unsent_facts: number;
    /** Each process of it. */
    replicas: ServiceReplica[];
    /** What the sentence of `away` was made of. */
    away_wording?: Wording;
};
export type LastEvent = {
    /** CloudEvents type of the event. */
    "type": string;
    /** When it happened, by its envelope. */
    time?: string;
    /** How long ago that was when the question was asked. */
    age?: string;
};
export type AssetExplanation = {
    /** The asset (a UUID). */
    asset_id: string;
    /** How far it has come; unset for an asset that only the broker knows yet. */
    state?: AssetState;
    /** Why it was rejected, removed, or not analysed at all, as a sentence; unset otherwise. */
    reason?: string;
    /** Whether work on the asset moves. */
    verdict?: AssetVerdict;
    /** The answer in one or two sentences. */
    headline: string;
    /** The step that is under way, e.g. `transcoding`; `done` once it has ended. */
    stage: string;
    /** Services it waits for and what they are to do, e.g. `transcode: the sound`. */
    waits_for: string[];
    /** Why it does not go on, the gravest first. */
    reasons: Reason[];
    /** Records of the asset that a group has not handled. */
    records: WaitingRecord[];
    /** How far behind those groups are. */
    backlogs: Backlog[];
    /** Records of the asset that were given up, and that nobody has replayed or discarded. */
    dead_letters: AssetDeadLetter[];
    /** Leased jobs of the asset that are not done. */
    jobs: ServiceJob[];
    /** What every service of the mesh says of itself. */
    services: ServiceWork[];
    /** What is missing from the asset, one sentence each. */
    missing: string[];
    /** What could not be looked at, one sentence each; empty when everything was. */
    incomplete: string[];
    /** The last thing that happened to it; unset when nothing has. */
    last_event?: LastEvent;
    /** What the sentence of `reason` was made of. */
    reason_wording?: Wording;
    /** What the sentence of `headline` was made of. */
    headline_wording?: Wording;
    /** What the entries of `waits_for` were made of, in the same order. */
    waits_for_wordings: Wording[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
    /** What the sentences of `incomplete` were made of, in the same order. */
    incomplete_wordings: Wording[];
};
export type IngestState = "requested" | "fetching" | "ingested" | "rejected" | "removed";
export type Work = {
    /** Id of the asset (a UUID), and the record key unless the fact is about a chunk. */
    asset_id: string;
    /** Raised by one at every reprocessing, from 1; work of older generations is ignored. */
    generation: number;
    /** The lane all work on the asset travels in. */
    lane?: Lane;
    /** What the asset is; unspecified until ingest has read it. */
    kind?: MediaKind;
    /** The asset's clock; unset until transcode has read it. */
    timeline?: Timeline;
    /** The labels of the request, so that its sender finds them in every fact; at most 2,048 bytes in all. */
    labels: {
        [key: string]: string;
    };
    /** When the asset was asked for: the time of the event that asked, the same in every generation. */
    requested_at?: string;
    /** Series of its programme when the work began, empty for none: a model may be enabled for some series only. */
    series: string;
    /** Channel of its programme when the work began, empty for none. */
    channel: string;
};
export type CaptionFile = {
    /** The file as it was delivered. */
    file?: ObjectRef;
    /** Language (BCP 47), empty when not known. */
    language: string;
    /** What it is made for; unspecified means subtitles. */
    kind?: CaptionKind;
    /** Name of the file, for people. */
    name: string;
};
export type Actor = {
    /** Login of the person, or `rule:<name>`; `local` on a loopback mesh without tokens. */
    principal: string;
    /** In which capacity: a role of the house (`editor`, `rights`), `rule` or `system`. */
    authority: string;
    /** When the decision was made; unset when the sender did not say. */
    decided_at?: string;
};
export type AssetIngested = {
    /** The work that begins; its timeline is not known yet. */
    work?: Work;
    /** The original as it was delivered, unchanged. */
    original?: ObjectRef;
    /** Container by FFmpeg's name, e.g. `mov`, `mpegts`, `jpeg`. */
    container: string;
    /** The tracks inside the container, in its order. */
    tracks: Track[];
    /** What the house knows about the programme. */
    programme?: Programme;
    /** Every statement found or given, with where it was found. What was found may be less complete than what is taken. */
    statements: RightsStatement[];
    /** Who asked: the source of the request's event. */
    source: string;
    /** Where the original came from, as the request named it. */
    uri: string;
    /** The labels of the request, for whoever sent it: the same as those of `work`. */
    labels: {
        [key: string]: string;
    };
    /** A proxy the house already had; unset when one is to be made. */
    existing_proxy?: ObjectRef;
    /** Grows with every change of the asset; older ones are ignored. */
    revision: number;
    /** When the original was stored and had been read; the same in every generation. */
    ingested_at?: string;
    /** Revision of the rights decision by which this generation is to be made, or of a later one; 0 for any. */
    rights_revision: number;
    /** True for a recording that was under way when it was taken in: `original`, `container`, `tracks` and `uri` are those of its first segment that could be read, and segment.ingested names the others. */
    recording: boolean;
    /** Files of timed text beside the media. */
    caption_files: CaptionFile[];
    /** Earlier assets whose original has the same SHA-256, oldest first, at most 20. */
    same_content: string[];
    /** Who asked for this generation: brought the asset in, or had it done again; unset where no person did. */
    actor?: Actor;
};
export type AssetRejected = {
    /** The work that ends here; kind and timeline as far as they are known. */
    work?: Work;
    /** `unreachable`, `forbidden`, `too_large`, `wrong_hash`, `empty`, `not_media`, `mislabelled`, `unreadable`, `no_content`, `duplicate`, `erased`, `cancelled`, `failed`. */
    code: string;
    /** One sentence for a person: what is wrong with it. */
    detail: string;
    /** Where the original was to come from. */
    uri: string;
    /** Who decided that it ends, for instance cancelled it; unset where no person did. */
    actor?: Actor;
    /** What the sentence of `detail` was made of. */
    wording?: Wording;
};
export type IngestAsset = {
    /** Id of the asset (a UUID). */
    asset_id: string;
    /** How far it has come. */
    state?: IngestState;
    /** Where it came from, as the request named it. */
    uri: string;
    /** The labels of its request, by name. */
    labels: {
        [key: string]: string;
    };
    /** When it was asked for: the time of the event or call that asked. */
    requested_at?: string;
    /** The fact it ended in, once ingested. */
    ingested?: AssetIngested;
    /** The fact it ended in, once rejected. */
    rejected?: AssetRejected;
    /** What the house knows about the programme, as it is now. */
    programme?: Programme;
    /** Grows with every change of the asset. */
    revision: number;
    /** Who asked: the source of the request's event. */
    source: string;
    /** The lane all work on it travels in. */
    lane?: Lane;
    /** Number of the work under way, raised by one at every reprocessing, from 1. */
    generation: number;
};
export type CancelIngestResponse = {
    /** The asset as it is now; one that had ended before stays as it was. */
    asset?: IngestAsset;
};
export type ReprocessResponse = {
    /** Generation of the new work. */
    generation: number;
};
export type Event = {
    /** Its id; with the source it names the event. */
    id: string;
    /** Its CloudEvents type, e.g. `framewell.chunk.analysed.v1`. */
    "type": string;
    /** Who published it, e.g. `framewell/inference`. */
    source: string;
    /** When it happened, by its envelope. */
    time?: string;
    /** The asset it is about, wherever there is one. */
    subject: string;
    /** Its message in JSON, as `/asyncapi.json` describes it for this type. */
    data?: {
        [key: string]: any;
    };
};
export type ListEventsResponse = {
    /** Events in the order in which they arrived. */
    events: Event[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of events on all pages together. */
    total_size: number;
};
export type Moment = {
    /** Its pts in the asset's time base. */
    pts: number;
    /** Its index in presentation order, from 0. */
    frame: number;
};
export type Box = {
    /** Left edge as a fraction of the picture's width, 0 to 1. */
    x: number;
    /** Top edge as a fraction of the picture's height, 0 to 1. */
    y: number;
    /** Width as a fraction of the picture's width, 0 to 1. */
    width: number;
    /** Height as a fraction of the picture's height, 0 to 1. */
    height: number;
};
export type IdentityVerdict = "known" | "review" | "unknown";
export type Appearance = {
    /** From the first to the last picture of the track. */
    span?: Span;
    /** The picture in which the face is seen best. */
    moment?: Moment;
    /** Where in that picture the face is. */
    box?: Box;
    /** Id of the face's observation in that picture. */
    observation_id: string;
    /** How sure the name is, 0 to 1, see Person.score; unset when no identity model has judged the track. */
    score?: number;
    /** Distance to the nearest class in the units of the identity model; unset when there is no class. */
    distance?: number;
    /** What the identity model decided; unspecified when none has judged the track. */
    verdict?: IdentityVerdict;
    /** Id of the class that is nearest, whatever the verdict; empty when there is none. */
    nearest_class_id: string;
    /** The verdict in words, with its reason. */
    sentence: string;
    /** Id of the chunk that the track is in. */
    chunk_id: string;
    /** Number of the track in its chunk: that of its observations of the kind `face`, one a picture in which it was measured. */
    track: number;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type Person = {
    /** Id of the class; empty for unknown. */
    class_id: string;
    /** Best score over all appearances: 1 at distance 0, 0.5 at the model's threshold, 0 at twice the threshold; unset for unknown. */
    score?: number;
    /** The identity model that decided; unset when none is in service. */
    model?: ModelVersion;
    /** The appearances of this page in order of time. */
    appearances: Appearance[];
    /** Number of all appearances, also of those on other pages. */
    appearance_count: number;
    /** Id of the cluster of an unknown person (ClusterService); empty for one who is known. */
    cluster_id: string;
};
export type AssetPerson = {
    /** Name of the class; empty for unknown, and while the names cannot be asked for. */
    name: string;
    /** Who it is, and the appearances of this page. */
    person?: Person;
};
export type ListAssetPeopleResponse = {
    /** Known people first, by score; who does not fit goes on, by the same class or cluster, on the next page. */
    people: AssetPerson[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** What this page lacks because a service is away, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
    /** Number of appearances on all pages together. */
    total_size: number;
};
export type FrameRun = {
    /** Index of its first picture in presentation order. */
    first_frame: number;
    /** pts of its first picture in the time base of the asset. */
    start_pts: number;
    /** Number of its pictures, at least 1. */
    frames: number;
    /** Ticks of the asset's clock that `of` pictures take: 3003 of 1 at 29.97 on 1/90000, 15015 of 4 at 23.976. */
    ticks: number;
    /** See `ticks`; at least 1. */
    "of": number;
    /** What was left over when the first picture was rounded down to a tick, in parts of `of`: 0 to `of` - 1. */
    phase: number;
};
export type ListFrameRunsResponse = {
    /** The clock of the asset as it is now: what timecode follows from. */
    timeline?: Timeline;
    /** Runs in order of time. One begins wherever the distance changes, and at every page. */
    runs: FrameRun[];
    /** First pts after the last picture of this page. */
    end_pts: number;
    /** Names the next page; empty on the last page. */
    next_page_token: string;
};
export type ListShotsResponse = {
    /** Shots in order of time. */
    shots: Shot[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of shots on all pages together. */
    total_size: number;
};
export type FoundMoment = {
    /** The asset it is in. */
    asset_id: string;
    /** `text` was read on screen, `transcript` was said; `label`, `object` and `region` were seen. */
    kind: string;
    /** When; what stands there for several looks is one moment. */
    span?: Span;
    /** The picture it was measured in; unset for what was said. */
    moment?: Moment;
    /** Where in that picture; unset for what was said and for whole pictures. */
    box?: Box;
    /** What was read or said, or the label, as a whole. */
    text: string;
    /** Confidence of the model, 0 to 1. */
    score: number;
    /** Id of the first of its observations, unique in the asset. */
    observation_id: string;
    /** The model and version that made the observation. */
    model?: ModelVersion;
};
export type FoundInAsset = {
    /** What was found where. */
    moment?: FoundMoment;
    /** Title of the programme; empty when it was not given. */
    title: string;
    /** Time from the start of the asset; unset while its clock cannot be asked for. */
    start?: string;
    /** SMPTE ST 12 timecode of its first picture; empty when the asset has none. */
    timecode: string;
};
export type SearchResponse = {
    /** Newest assets first; within an asset in order of time. */
    found: FoundInAsset[];
    /** Names the next page; empty on the last page. A page may have fewer moments than asked for, even none, and go on. */
    next_page_token: string;
    /** What this page lacks because a service is away, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
};
export type WithoutVector = "too_small" | "no_person";
export type FaceAttributes = {
    /** Number of the face's track in its chunk, from 0; a track ends at a cut. */
    track: number;
    /** Shorter side of its box in pixels of the sampled picture. */
    side_pixels: number;
    /** Variance of the Laplacian of the grey face: the higher, the sharper. */
    sharpness: number;
    /** Mean grey of the face, 0 (black) to 255 (white). */
    brightness: number;
    /** How far the nose is from the middle of the eyes along their line, in eye distances: 0 is frontal, from 0.35 turned away. */
    turn: number;
    /** The model that found the face; the observation's own model made its vector. */
    detector?: ModelVersion;
    /** Why the face has no vector; unspecified when it has one. */
    without_vector?: WithoutVector;
};
export type TextRegion = "lower_third" | "ticker" | "other";
export type TextAttributes = {
    /** Where on the picture the line stands. */
    region?: TextRegion;
    /** How many sampled pictures it was read in. */
    reads: number;
    /** How many of these readings say the same as `text`; from 2 on it is believed. */
    agreeing_reads: number;
    /** Height of the line in pixels of the sampled picture. */
    height_pixels: number;
    /** Id of the observation of a smaller line right below, e.g. the role under a name; empty for none. */
    below_id: string;
    /** Text of the line right below, empty for none. */
    below_text: string;
};
export type SpokenWord = {
    /** The word with the punctuation that stands at it. */
    text: string;
    /** Time from the asset's start to the first sound of the word. */
    start?: string;
    /** Time from the asset's start to the end of the word. */
    end?: string;
    /** Confidence of the model, 0 to 1. */
    score: number;
};
export type SpeechAttributes = {
    /** Time from the asset's start to its first sound. */
    start?: string;
    /** Time from the asset's start to its end. */
    end?: string;
    /** Of the kind `transcript`: the language (BCP 47) in which it is said. */
    language: string;
    /** How likely it is that language among all that the model knows, 0 to 1. */
    language_score: number;
    /** Of the kind `transcript`: the words of `text`, in order. */
    words: SpokenWord[];
};
export type Observation = any & any & any & {
    /** Id, unique in its asset and the same at every rerun: `<analyser>/<chunk id after the asset>/<ordinal>`, e.g. `faces/0/900000/3`; `speech/sound/2` for the sound of the asset; `faces/image/0` for a picture of no asset. */
    id: string;
    /** What it is: `face`, `text`, `label`, `picture` (a sampled picture as a whole), `safety`, `speech`, `transcript` or `sound`. */
    kind: string;
    /** When it was there, on the asset's clock. */
    span?: Span;
    /** The picture it was measured in; unset for sound. */
    moment?: Moment;
    /** Where in that picture; unset for sound and whole pictures. */
    box?: Box;
    /** Confidence of the model, 0 to 1; for a run of pictures the best one. */
    score: number;
    /** Class of the model's own vocabulary (`espresso`, `neutral`), empty where there is none. */
    label: string;
    /** Text as read on screen or spoken, empty where there is none. */
    text: string;
    /** Number of the provisional shot inside its chunk, from 0; unset for sound. */
    shot?: number;
    /** Of the kind `face`: its track and how good the picture of it is. */
    face_attributes?: FaceAttributes;
    /** Of the kind `text`: where the line stands and how surely it was read. */
    text_attributes?: TextAttributes;
    /** Of the kinds `speech`, `transcript` and `sound`: the exact ends, and what is said word by word. */
    speech_attributes?: SpeechAttributes;
    /** Row of its vector in the set's vector object, from 0; unset when it has no vector. */
    vector_row?: number;
    /** The model and version that made the observation. */
    model?: ModelVersion;
};
export type ListObservationsResponse = {
    /** In order of chunk, analyser and time. */
    observations: Observation[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
};
export type ObservationRef = {
    /** Id of the asset the observation belongs to. */
    asset_id?: string;
    /** Id of the observation, unique in the asset. */
    observation_id?: string;
};
export type MomentRef = {
    /** Id of the asset. */
    asset_id: string;
    /** pts in the asset's time base: what was seen in the sampled picture that holds then. */
    pts?: number;
};
export type SimilarFilter = {
    /** Only of these assets. */
    asset_ids?: string[];
    /** Only of assets of these series. */
    series?: string[];
    /** Only observations of these kinds, e.g. `face`. */
    kinds?: string[];
    /** Only of assets that were asked for at this time or later. */
    asked_from?: string;
    /** Only of assets that were asked for before this time. */
    asked_until?: string;
    /** Only observations that touch this part of their asset: start_pts and end_pts. */
    span?: SpanInput;
    /** Only observations with this score or a better one. */
    least_score?: number;
    /** Only what may be used for all of these purposes now. */
    purposes?: Purpose[];
    /** None of these assets. */
    other_than?: string[];
};
export type FindSimilarRequest = any & any & any & (any) & {
    /** A picture (JPEG, PNG or WebP): its largest face, or the whole picture for `labels`. */
    image?: string;
    /** A stored observation that has a vector. */
    observation?: ObservationRef;
    /** A moment of an asset: the largest face that is seen then, or the whole picture for `labels`. */
    moment?: MomentRef;
    /** Whose vectors: `faces`, `labels`, or a declared model that makes vectors, e.g. `house.colours`; empty for `faces`. */
    analyser?: string;
    /** At most so many neighbours, 0 for the default of 20. */
    limit?: number;
    /** What a neighbour must be; unset for anything. */
    filter?: SimilarFilter;
    /** So many of the nearest are left out: the answer goes on behind them. */
    offset?: number;
    /** Nothing farther than this is a neighbour; unset for no bound. */
    largest_distance?: number;
    /** Only what is taken for the same picture, whatever was done to it: no farther than the distance that was measured for the model (its threshold `same`). Refused for a model without one. Of those that follow each other in an asset only the nearest is a neighbour, and `limit` and `offset` count such places. */
    near_duplicates?: boolean;
    /** Why, to be said by whoever looks for a face: it is kept with who asked. Not read for anything else. */
    reason?: string;
};
export type FaceLikeness = "near" | "question" | "far";
export type Neighbour = {
    /** Id of the asset it was seen in. */
    asset_id: string;
    /** The observation as it is stored. */
    observation?: Observation;
    /** Euclidean distance in the model's own space, from 0. */
    distance: number;
    /** Where it is: of near-duplicates from the first to the last of those that follow each other; else its own span. */
    span?: Span;
    /** Of a face: what the distance says. It names nobody. */
    likeness?: FaceLikeness;
    /** The same in words, for a person; empty where no face was compared. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type FindSimilarResponse = {
    /** Neighbours of the query, nearest first. */
    neighbours: Neighbour[];
};
export type FaceIdentity = {
    /** Id of the face's observation in the same answer. */
    observation_id: string;
    /** Id of the class; empty for unknown. */
    class_id: string;
    /** How sure the name is, 0 to 1, see Person.score; unset when no identity model is in force. */
    score?: number;
    /** The identity model that decided; unset when none is in force. */
    model?: ModelVersion;
    /** What the identity model decided; unspecified when none is in force. */
    verdict?: IdentityVerdict;
    /** Id of the class that is nearest, whatever the verdict; empty when there is none. */
    nearest_class_id: string;
    /** Distance to the nearest class in the units of the identity model; unset when there is no class. */
    distance?: number;
    /** The verdict in words, for a person: what was decided, and why. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type AnalyseImageResponse = {
    /** Observations by analyser; spans and moments are those of a single frame. */
    observations: Observation[];
    /** Who the faces are by the identity models in force, one for each `face` observation; where the request says no reason, each only says so. */
    identities: FaceIdentity[];
};
export type MediaEventKind = "black" | "freeze" | "colour_bars" | "silence" | "tone";
export type MediaEvent = {
    /** What is seen or heard. */
    kind?: MediaEventKind;
    /** When it was there, on the asset's clock. */
    span?: Span;
};
export type ListMediaEventsResponse = {
    /** Events in order of time. */
    events: MediaEvent[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of events on all pages together. */
    total_size: number;
};
export type GetRightsResponse = {
    /** One decision for each purpose. */
    decisions: RightsDecision[];
    /** The statements in force now, of the asset, its source and its holders. */
    statements: RightsStatement[];
    /** Revision of the asset's rights. */
    revision: number;
};
export type ClusterAppearance = {
    /** Id of the asset it is seen in. */
    asset_id: string;
    /** Id of the chunk it is seen in. */
    chunk_id: string;
    /** Number of the track in the chunk. */
    track: number;
    /** Where it is seen. Score and distance are those of `class_id`. */
    appearance?: Appearance;
    /** Series of the asset, empty for none. */
    series: string;
    /** Channel of the asset, empty for none. */
    channel: string;
    /** When the asset was asked for; unset where nobody said. */
    asked_at?: string;
    /** Class that the identity models in force name it as; empty for none. */
    class_id: string;
    /** Shorter side of the largest face, in pixels of the sampled picture. */
    side_pixels: number;
    /** Path of the picture with the face on the gateway, below its address. */
    picture: string;
    /** Path of the face cut out of that picture. */
    face: string;
    /** Title of the programme, filled in by the gateway; empty for none. */
    title: string;
    /** How long the person is seen, in seconds, filled in by the gateway; 0 where the clock of the asset is not known. */
    seconds: number;
    /** Seconds from the start of the asset to the first picture, filled in by the gateway as the seconds are. */
    start_seconds: number;
};
export type FaceCluster = {
    /** Its id, which stays as long as it has an appearance. */
    cluster_id: string;
    /** How many appearances it has, those of the clusters merged into it among them. */
    appearance_count: number;
    /** When the first of its assets was asked for; unset where nobody said. */
    first_seen?: string;
    /** When the last of its assets was asked for; unset where nobody said. */
    last_seen?: string;
    /** Series it is seen in, at most 100 of them. */
    series: string[];
    /** Channels it is seen on, at most 100 of them. */
    channels: string[];
    /** Class that the identity models in force name most of its appearances as; empty for an unknown person. */
    class_id: string;
    /** Class that a person named it as; empty for none. */
    named_class_id: string;
    /** Ids of the clusters that were merged into it. */
    merged_ids: string[];
    /** Its appearance with the largest face; unset in a list of decisions. */
    cover?: ClusterAppearance;
};
export type ListClustersResponse = {
    /** The clusters in the order asked for. */
    clusters: FaceCluster[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
};
export type SimilarCluster = {
    /** The other cluster, without its cover. */
    cluster?: FaceCluster;
    /** Distance between the two in the units of the embedding; the nearest pair of those merged into either. */
    distance: number;
};
export type GetClusterResponse = {
    /** The cluster; its id is another one than asked for when that was merged. */
    cluster?: FaceCluster;
    /** A page of its appearances, newest assets first. */
    appearances: ClusterAppearance[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** At most 10 others that may be the same person, nearest first; on the first page only. */
    similar: SimilarCluster[];
    /** At most 10 appearances to learn from: large faces of different shots and assets; on the first page only. */
    best: ClusterAppearance[];
    /** Number of appearances on all pages together. */
    total_size: number;
};
export type ClusterDecision = "merged" | "split" | "distinguished" | "named" | "undone";
export type ClusterDecisionRecord = {
    /** Its id, to take it back by. */
    decision_id: string;
    /** What was decided about the cluster. */
    decision?: ClusterDecision;
    /** Id of the cluster it is about. */
    cluster_id: string;
    /** Id of the other cluster: the one it became part of, the one that was split off, the one it is not. */
    other_cluster_id: string;
    /** Id of the class that it was named as. */
    class_id: string;
    /** Who decided, and when. */
    actor?: Actor;
    /** Who took it back, and when; unset while it stands. */
    undone_by?: Actor;
};
export type ListClusterDecisionsResponse = {
    /** Decisions of this page, newest first. */
    decisions: ClusterDecisionRecord[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of decisions on all pages together. */
    total_size: number;
};
export type MergeClustersRequest = {
    /** Id of the cluster that becomes part of the other one. */
    cluster_id: string;
    /** Id of the cluster that stays. */
    into_cluster_id: string;
};
export type MergeClustersResponse = {
    /** The cluster that stays. */
    cluster?: FaceCluster;
    /** Id of the decision, to take it back by. */
    decision_id: string;
};
export type AppearanceRef = {
    /** Id of the asset it is seen in. */
    asset_id: string;
    /** `observation_id` of the appearance. */
    observation_id: string;
};
export type SplitClusterRequest = {
    /** Id of the cluster, or of one that was merged into it. */
    cluster_id: string;
    /** Those of its appearances that are somebody else: not all of them, and all the same person. */
    appearances: AppearanceRef[];
};
export type SplitClusterResponse = {
    /** The new cluster, of those appearances. */
    cluster?: FaceCluster;
    /** What is left of the other one. */
    rest?: FaceCluster;
    /** Id of the decision, to take it back by. */
    decision_id: string;
};
export type DistinguishClustersRequest = {
    /** Id of the one cluster. */
    cluster_id: string;
    /** Id of the other one. */
    other_cluster_id: string;
};
export type DistinguishClustersResponse = {
    /** Id of the decision, to take it back by. */
    decision_id: string;
};
export type NamePersonRequest = {
    /** Id of the cluster, or of one that was merged into it. */
    cluster_id: string;
    /** The name: of a class that is there, or of one to make. Empty when `class_id` is given. */
    name?: string;
    /** Id of the class, where it is there already. Empty when `name` is given. */
    class_id?: string;
    /** Id of the dataset; empty for `people`. */
    dataset_id?: string;
};
export type SampleState = "withheld" | "proposed" | "accepted" | "rejected" | "unsure" | "withdrawn";
export type NamedAppearance = {
    /** The appearance that was chosen. */
    appearance?: ClusterAppearance;
    /** Id of the sample; empty when there is none. */
    sample_id: string;
    /** State of the sample; unspecified when there is none. */
    state?: SampleState;
    /** Empty for an accepted sample; otherwise one sentence why it is not learned from. */
    reason: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type NamePersonResponse = {
    /** Id of the cluster; another one than asked for when that was merged. */
    cluster_id: string;
    /** Id of the class of its person. */
    class_id: string;
    /** True when the class was there before. */
    class_existed: boolean;
    /** Id of the decision, to take the name back by. */
    decision_id: string;
    /** How many of its appearances are accepted samples now. */
    accepted_count: number;
    /** What became of the appearances that were chosen to learn from. */
    appearances: NamedAppearance[];
};
export type TouchedProgramme = {
    /** Id of its asset. */
    asset_id: string;
    /** Title of the programme, empty for none. */
    title: string;
    /** Series of the programme, empty for none. */
    series: string;
    /** Number of appearances in it. */
    appearance_count: number;
    /** How long the person is seen in it, in seconds; 0 where its clock is not known. */
    seconds: number;
};
export type PreviewNameResponse = {
    /** Id of the cluster; another one than asked for when that was merged. */
    cluster_id: string;
    /** Id of the class of that name; empty for one that would be made. */
    class_id: string;
    /** Its name as it stands, or as it would be made. */
    class_name: string;
    /** Number of accepted samples that the class has already. */
    accepted_count: number;
    /** Number of appearances that get the name. */
    appearance_count: number;
    /** Number of programmes in which they are. */
    asset_count: number;
    /** How long they are seen there, in seconds, as far as it was counted. */
    seconds: number;
    /** The programmes with most appearances first, at most 20. */
    programmes: TouchedProgramme[];
    /** Number of samples that would be learned from, at most: what a person rejected before stays rejected. */
    sample_count: number;
    /** Number of samples that the rights of their programmes withhold. */
    withheld_count: number;
    /** Why those are withheld, each sentence once. */
    withheld_reasons: string[];
    /** False when the cluster has so many appearances that not all were counted. */
    complete: boolean;
    /** What the sentences of `withheld_reasons` were made of, in the same order. */
    withheld_wordings: Wording[];
};
export type UndoDecisionRequest = {
    /** Id of the decision to take back. */
    decision_id: string;
    /** Whether the samples that were accepted by naming the cluster stay; false takes them back, too. */
    keep_samples?: boolean;
};
export type SampleOfName = {
    /** Id of the sample. */
    sample_id: string;
    /** State of the sample now. */
    state?: SampleState;
    /** Empty when it was taken back; otherwise one sentence why not. */
    reason: string;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type UndoDecisionResponse = {
    /** The decision, taken back. */
    decision?: ClusterDecisionRecord;
    /** What became of the samples that were accepted by it. */
    samples: SampleOfName[];
};
export type Crop = {
    /** The cut-out part of the picture (JPEG). */
    picture?: ObjectRef;
    /** The picture of the asset it was taken from. */
    moment?: Moment;
    /** Where in that picture it was cut out. */
    box?: Box;
};
export type Evidence = {
    /** Kind of reason: `lower_third`, `face_track`, `known_face`, `question`, `person`. */
    kind: string;
    /** One sentence for a reviewer. Never a person's name: `{class}` stands for it. */
    sentence: string;
    /** How strongly it speaks, 0 to 1; unset where strength makes no sense. */
    score?: number;
    /** Ids of the observations it rests on, in the sample's asset; at most 100, those of the sample's pictures first. */
    observation_ids: string[];
    /** Id of the words of the person who pointed at it, or of the name that was read in its caption, which the dataset service keeps until they are erased; empty when there are none. Where a sample is read they stand in `sentence`. */
    note_id: string;
    /** What that sentence was made of; `{class}` stands in it as in the sentence. */
    wording?: Wording;
};
export type Provenance = {
    /** Id of the asset it was taken from. */
    asset_id: string;
    /** The part of the asset it covers. */
    span?: Span;
    /** The picture of the best crop. */
    moment?: Moment;
    /** SMPTE ST 12 timecode of that picture, empty when the asset has none. */
    timecode: string;
    /** The programme it was part of; unset in facts, which are kept longer than anybody's words may be. */
    programme?: Programme;
    /** What the rights gate decided for the dataset's purpose, with its sentence and grounds; in facts without the words that it rests on. */
    rights?: RightsDecision;
    /** Models whose observations it rests on. */
    models: ModelVersion[];
    /** Who proposed it: a rule, or a person. */
    proposed_by?: Actor;
    /** Who accepted it; unset until it is accepted. */
    accepted_by?: Actor;
    /** SHA-256 of the original it was taken from, 64 lower-case hex digits. */
    original_sha256: string;
    /** Where the original came from, as the ingest request named it; unset in facts. */
    uri: string;
};
export type Sample = {
    /** Its id, the same however often it is proposed. */
    sample_id: string;
    /** Id of the dataset it belongs to. */
    dataset_id: string;
    /** Id of its class; empty when not known. */
    class_id: string;
    /** Where it stands in its life. */
    state?: SampleState;
    /** Its pictures, best first, at most ten. */
    crops: Crop[];
    /** Why it is believed to be of its class. */
    evidence: Evidence[];
    /** Where it comes from and on what right it rests: its passport. */
    provenance?: Provenance;
    /** True when it waits as a question, because only one source speaks for it. */
    question: boolean;
    /** Grows with every change of the sample. */
    revision: number;
    /** Login of the reviewer it is claimed by now, empty for nobody. */
    claimed_by: string;
    /** Number of near-duplicates that were collapsed into it. */
    collapsed: number;
    /** Name of the class when it was listed; empty when not known. Not part of any fact. */
    class_name: string;
    /** Why it was withheld or withdrawn, else empty. */
    reason: string;
    /** Until when nobody else may take it; unset for nobody's. */
    claimed_until?: string;
    /** When it was found first; unset in a fact. */
    created_at?: string;
    /** Who decided about it last, and when; unset until somebody did. */
    decided_by?: Actor;
    /** What the sentence of `reason` was made of. */
    reason_wording?: Wording;
};
export type ListSamplesResponse = {
    /** Samples of this page in the order asked for. */
    samples: Sample[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of samples on all pages together. */
    total_size: number;
};
export type MomentInput = {
    /** Its pts in the asset's time base. */
    pts?: number;
    /** Its index in presentation order, from 0. */
    frame?: number;
};
export type BoxInput = {
    /** Left edge as a fraction of the picture's width, 0 to 1. */
    x?: number;
    /** Top edge as a fraction of the picture's height, 0 to 1. */
    y?: number;
    /** Width as a fraction of the picture's width, 0 to 1. */
    width?: number;
    /** Height as a fraction of the picture's height, 0 to 1. */
    height?: number;
};
export type ProposeSampleRequest = {
    /** Id of the dataset it is proposed for. */
    dataset_id?: string;
    /** Id of the class it shows. */
    class_id?: string;
    /** Id of the asset it is seen in. */
    asset_id: string;
    /** The picture it is seen in. */
    moment?: MomentInput;
    /** The region of that picture. */
    box?: BoxInput;
    /** In the person's words, may be empty. */
    note?: string;
};
export type ProposeSampleResponse = {
    /** The sample: proposed, or withheld for rights. */
    sample?: Sample;
};
export type SampleCount = {
    /** Id of the dataset or class, or login of the reviewer; empty for samples without a class. */
    id: string;
    /** Name of the class; empty for anything else. */
    name: string;
    /** Number of samples that wait. */
    count: number;
};
export type CountSamplesResponse = {
    /** Number of samples that wait for a decision. */
    proposed: number;
    /** Number of those that somebody is reviewing. */
    claimed: number;
    /** Number of those that are questions. */
    questions: number;
    /** Number of samples that the rights withhold. */
    withheld: number;
    /** Those that wait, by dataset. */
    datasets: SampleCount[];
    /** Those that wait, by class, most first; at most 200 classes. */
    classes: SampleCount[];
    /** Those that are being reviewed, by reviewer. */
    reviewers: SampleCount[];
};
export type EvidenceSource = {
    /** Kind of the evidence: `lower_third`, `face_track`, `known_face`, `question`, `person`. */
    kind: string;
    /** Id of the observation in the asset of the sample. */
    observation_id: string;
    /** Id of the chunk that it was seen in. */
    chunk_id: string;
    /** When it is seen; of a caption, while it stands. */
    span?: Span;
    /** A picture in which it is seen. */
    moment?: Moment;
    /** Where in that picture. */
    box?: Box;
    /** The caption as it was read; empty for a face. */
    text: string;
    /** The smaller line under the caption, empty for none. */
    below_text: string;
    /** How sure the model was, 0 to 1. */
    score: number;
    /** Path of the picture cut out, on the gateway below its address. */
    picture: string;
};
export type SampleCandidate = {
    /** Id of the class. */
    class_id: string;
    /** Name of the class. */
    class_name: string;
    /** Distance between the faces in the units of the embedding; unset where nothing was compared. */
    distance?: number;
    /** Id of an accepted sample of the class; empty when it has none. */
    sample_id: string;
    /** A picture of that sample; unset when there is none. */
    picture?: ObjectRef;
    /** Path of that picture on the gateway, below its address; empty when there is none. */
    path: string;
    /** Number of accepted samples of the class. */
    accepted_count: number;
};
export type GetSampleResponse = {
    /** The sample with its provenance: its passport. */
    sample?: Sample;
    /** What its evidence rests on, captions first, at most 20. */
    sources: EvidenceSource[];
    /** The class that it is said to be of, with an accepted sample of that to compare with; unset for a question. */
    claimed?: SampleCandidate;
    /** Others that it may be, nearest first, at most nine; who was merged or erased is none of them. */
    candidates: SampleCandidate[];
    /** What the rights gate says about it now, with sentence and grounds; unset when its asset is gone. */
    rights?: RightsDecision;
    /** Number of proposals of the same class in the same asset, this one among them, that are no questions. */
    alike_count: number;
    /** Seconds from the start of the asset to the picture of the best crop; 0 where the clock of the asset is not known. */
    start_seconds: number;
};
export type ClaimSamplesRequest = {
    /** Id of the dataset. */
    dataset_id?: string;
    /** At most so many samples, 0 for the default of 10; more than 100 are never given at once. */
    limit?: number;
    /** Time until others may take them, at most one hour; unset for the default of ten minutes. */
    lease?: string;
    /** Ids of the samples that are wanted, such as those that the caller has and goes on with; empty for free ones. */
    sample_ids?: string[];
    /** Only samples of this class; empty for all. */
    class_id?: string;
    /** Only samples of this asset; empty for all. */
    asset_id?: string;
    /** Which are taken first: `oldest`, `doubtful` or `person`, as in a list of samples; empty for `oldest`. */
    order_by?: string;
    /** Ids of samples that are not wanted now, such as those that were skipped, at most 500. */
    without_ids?: string[];
};
export type ReviewRefusal = "not_found" | "changed" | "claimed" | "not_open" | "rights" | "no_class" | "unknown_class" | "not_decided";
export type ReviewResult = {
    /** The sample as it is now, with who decided about it last; unset when there is no such sample. */
    sample?: Sample;
    /** Empty when the decision was taken; otherwise one sentence why not. */
    error: string;
    /** The same for programs. */
    refusal?: ReviewRefusal;
    /** What the sentence of `error` was made of. */
    wording?: Wording;
};
export type ClaimSamplesResponse = {
    /** Samples in state proposed, in the order asked for. */
    samples: Sample[];
    /** Of samples that were asked for by their ids, those that the caller did not get, and why. */
    refused: ReviewResult[];
};
export type ReleaseSamplesRequest = {
    /** Ids of the samples, at most 100; what somebody else has claimed stays theirs. */
    sample_ids: string[];
};
export type ReleaseSamplesResponse = {
    /** Number of samples that others may take now. */
    released: number;
};
export type Decision = "accept" | "reject" | "unsure" | "undo";
export type Review = {
    /** Id of the sample. */
    sample_id: string;
    /** What the reviewer decided. */
    decision: Decision;
    /** Id of the class, where the reviewer corrects or supplies it; empty: as it is. */
    class_id?: string;
    /** In the reviewer's words, may be empty. */
    note?: string;
    /** The revision the reviewer saw; unset: whatever it is now. Another one answers with an error for this sample. The same decision again by the same person, whose answer was lost, is taken once and answered as taken. */
    expected_revision?: number;
    /** Id of the decision by which a cluster was named, where the acceptance follows from that; empty for none. */
    cluster_decision_id?: string;
};
export type ReviewSamplesRequest = {
    /** The decisions, at most 500. */
    reviews: Review[];
};
export type ReviewSamplesResponse = {
    /** One result for each decision, in the order of the request. */
    results: ReviewResult[];
};
export type UndoReviewRequest = {
    /** Ids of the samples, at most 500. */
    sample_ids: string[];
};
export type UndoReviewResponse = {
    /** One result for each sample, in the order of the request. */
    results: ReviewResult[];
};
export type ClassSamples = {
    /** Number of accepted samples. */
    accepted: number;
    /** Number of samples that wait for a decision. */
    proposed: number;
    /** Number of samples that the rights withhold. */
    withheld: number;
    /** Id of the sample that the picture is of, the newest accepted one if there is any; empty for none. */
    sample_id: string;
    /** Path of the picture on the gateway, below its address; empty for none. */
    path: string;
};
export type DatasetClass = {
    /** Its id, which says nothing about who it is. */
    class_id: string;
    /** Id of the dataset it belongs to. */
    dataset_id: string;
    /** Name shown to people. */
    name: string;
    /** Other names and spellings. */
    aliases: string[];
    /** Ids in authority files and of the house, by scheme: `gnd`, `wikidata`, `house`. */
    external_ids: {
        [key: string]: string;
    };
    /** True when the person is fictional or the caption says so. */
    fictional: boolean;
    /** Id of the class this one was merged into, empty when it stands. */
    merged_into: string;
    /** Grows with every change of the class. */
    revision: number;
    /** When it was made, named or merged last; unset for one that was not since its mesh notes that. */
    changed_at?: string;
    /** Who did that, a person or a rule; empty when not known. */
    changed_by: string;
    /** Its samples; unset unless they were asked for. */
    samples?: ClassSamples;
};
export type ListClassesResponse = {
    /** Classes in the order asked for. */
    classes: DatasetClass[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of classes on all pages together. */
    total_size: number;
};
export type DatasetClassInput = {
    /** Its id, which says nothing about who it is. */
    class_id?: string;
    /** Id of the dataset it belongs to. */
    dataset_id?: string;
    /** Name shown to people. */
    name?: string;
    /** Other names and spellings. */
    aliases?: string[];
    /** Ids in authority files and of the house, by scheme: `gnd`, `wikidata`, `house`. */
    external_ids?: {
        [key: string]: string;
    };
    /** True when the person is fictional or the caption says so. */
    fictional?: boolean;
};
export type CreateClassResponse = {
    /** The class with its id. */
    dataset_class?: DatasetClass;
};
export type ClassTracks = {
    /** Id of the class; empty for unknown faces. */
    class_id: string;
    /** Number of face tracks before the switch. */
    before: number;
    /** Number of face tracks after the switch. */
    after: number;
};
export type RecognitionChange = {
    /** The model and the version that went into service. */
    model?: ModelVersion;
    /** The version in force before, unset for the first. */
    previous?: ModelVersion;
    /** When its model went into service. */
    changed_at?: string;
    /** Time from the start of the re-labelling to the switch. */
    duration?: string;
    /** Number of assets in which somebody got another name. */
    asset_count: number;
    /** Face tracks of each class before and after, those that changed most first; at most 50, or that of the class asked for. */
    classes: ClassTracks[];
};
export type ListRecognitionChangesResponse = {
    /** Changes of this page, newest first. */
    changes: RecognitionChange[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of changes on all pages together. */
    total_size: number;
};
export type GetClassResponse = {
    /** The class with its samples counted. */
    dataset_class?: DatasetClass;
    /** Classes that were merged into it, whose mergers can be taken back. */
    merged: DatasetClass[];
};
export type RenameClassRequest = {
    /** Id of the class. */
    class_id?: string;
    /** Name shown to people. */
    name: string;
    /** Other names and spellings; replaces those before. */
    aliases?: string[];
    /** Ids in authority files and of the house, by scheme; replaces those before. */
    external_ids?: {
        [key: string]: string;
    };
    /** The revision that was seen; unset: whatever it is now. Another one is refused as FAILED_PRECONDITION. */
    expected_revision?: number;
};
export type RenameClassResponse = {
    /** The class with its new names. */
    dataset_class?: DatasetClass;
};
export type MergeClassesRequest = {
    /** Id of the class that goes. */
    from_class_id?: string;
    /** Id of the class that stays. */
    into_class_id?: string;
};
export type MergeClassesResponse = {
    /** The class that stays. */
    dataset_class?: DatasetClass;
    /** Number of samples that moved to it. */
    samples_moved: number;
};
export type UndoMergeResponse = {
    /** The class that had gone, which stands again. */
    dataset_class?: DatasetClass;
    /** The class that it was merged into. */
    rest?: DatasetClass;
    /** Number of samples that moved back. */
    samples_moved: number;
};
export type ListClassAppearancesResponse = {
    /** Appearances of this page, newest assets first, each asset in order of time. */
    appearances: ClusterAppearance[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of appearances on all pages together. */
    total_size: number;
    /** Number of assets that the person is seen in. */
    asset_count: number;
};
export type SubjectInput = {
    /** Id of one asset. */
    asset_id?: string;
    /** Name of a holder of rights, as statements spell it. */
    holder?: string;
    /** Source of the ingest requests of many assets: the `source` of their events. */
    source?: string;
};
export type RightsChanged = {
    /** What it is about: an asset, a source or a holder; any other subject is refused. Its key is that of the fact. */
    subject: SubjectInput;
    /** The new statements; each replaces the older revisions of the same (issuer, statement_id). */
    statements: RightsStatementInput[];
    /** Grows with every change of this subject. Among statements of the same (issuer, statement_id, revision) those of the newest change count. Unset (0) is accepted: REST then sets the time of the call, by Kafka it is the lowest; of statements that neither revision orders all count, and the strictest decides. */
    revision?: number;
};
export type StatementRef = {
    /** Who made the statement. */
    issuer: string;
    /** Its id; of text found in a file the id made from its content. */
    statement_id: string;
    /** Its revision at the time of the reference. */
    revision: number;
};
export type StatementOutcome = "in_force" | "matched_nothing" | "not_authorised" | "unreadable" | "outdated";
export type AppliedStatement = {
    /** Which statement of the change: its issuer, id and revision. */
    statement?: StatementRef;
    /** What became of it. */
    outcome?: StatementOutcome;
    /** One sentence for the sender: why, and what to do. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type PublishedRightsChange = {
    /** Id of the event. */
    event_id: string;
    /** CloudEvents type of the event: `framewell.rights.changed.v1`. */
    "type": string;
    /** What becomes of each statement, in the order they were sent; empty when dataset could not be asked. The answer that counts is `framewell.rights.applied.v1`, whose `change_id` is `event_id`. */
    statements: AppliedStatement[];
    /** Number of assets that the change concerns. */
    asset_count: number;
};
export type Subject = {
    /** Id of one asset. */
    asset_id?: string;
    /** Id of one class of a dataset: a person, a label. */
    class_id?: string;
    /** Name of a holder of rights, as statements spell it. */
    holder?: string;
    /** Id of one training sample. */
    sample_id?: string;
    /** Source of the ingest requests of many assets: the `source` of their events. */
    source?: string;
};
export type UnmatchedRights = {
    /** What they are about, as their sender spelt it. */
    subject?: Subject;
    /** The statements, and why each matches nothing. */
    statements: AppliedStatement[];
    /** When they came first. */
    since?: string;
};
export type ListUnmatchedRightsResponse = {
    /** By subject, the newest first; those that match by now are no longer among them. */
    unmatched: UnmatchedRights[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of subjects on all pages together. */
    total_size: number;
};
export type PreviewHouseRulesRequest = {
    /** The file of rules, as `FRAMEWELL_DATASET_HOUSE_RULES` names one. */
    rules: string;
};
export type HouseRuleEffect = {
    /** What it holds for in words, e.g. `series 'News'`. */
    condition: string;
    /** Id of its statement. */
    statement_id: string;
    /** Number of assets it would hold for; 0: it matches nothing. */
    asset_count: number;
    /** What the words of `condition` were made of. */
    condition_wording?: Wording;
};
export type PreviewHouseRulesResponse = {
    /** One entry for each rule, in the order of the file. */
    rules: HouseRuleEffect[];
    /** Number of assets for which a decision would change. */
    asset_count: number;
    /** Number of samples that would be withdrawn or withheld. */
    samples_withdrawn: number;
    /** Number of samples that would be proposed after all. */
    samples_proposed: number;
    /** Number of snapshots that would be withdrawn. */
    snapshot_count: number;
    /** Ids of snapshots that would be withdrawn, the first 100 in order. */
    snapshot_ids: string[];
    /** Ids of assets for which a decision would change, the first 100 in order. */
    asset_ids: string[];
};
export type MoneyEffect = {
    /** Name of the holder. */
    holder: string;
    /** Currency of the amounts, an ISO 4217 code. */
    currency: string;
    /** What is counted: samples of the next snapshot, or of every run. */
    model?: PayModel;
    /** Exact decimal amount as it is now. */
    before: string;
    /** Exact decimal amount as it would be. */
    after: string;
    /** Number of accepted samples for which it differs. */
    sample_count: number;
};
export type Done = {};
export type Failed = {
    /** Stable lower-case word a program can switch on, e.g. `unreadable`, `killed_its_worker`. */
    code: string;
    /** One sentence for a person: what happened, to what. */
    detail: string;
    /** What the sentence of `detail` was made of. */
    wording?: Wording;
};
export type Outcome = {
    /** The work is done; whatever the fact names exists. */
    done?: Done;
    /** The work was given up for good. */
    failed?: Failed;
};
export type Measure = {
    /** Its name: `recall`, `wrong_name_rate` (over held-out photos), `false_name_rate` (over people it does not know). */
    name: string;
    /** The rate, from 0 to 1; it says nothing where `not_measured` is set. */
    value: number;
    /** How many photos, or people, it was counted over. */
    sample_count: number;
    /** Lower end of its interval (Wilson, 95 %). */
    low: number;
    /** Upper end of its interval (Wilson, 95 %). */
    high: number;
    /** Why it counts as not measured, in one sentence: too few were tried. Empty where it was measured. */
    not_measured: string;
    /** What the sentence of `not_measured` was made of. */
    not_measured_wording?: Wording;
};
export type PromotionCheck = {
    /** Name of the check, e.g. `false_name_rate_not_worse`. */
    check: string;
    /** True when the candidate passed it. */
    passed: boolean;
    /** One sentence with the figures it was judged by. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type Verdict = "promoted" | "waits" | "refused";
export type Lineage = {
    /** Id of the snapshot it learned from. */
    snapshot_id: string;
    /** SHA-256 of the snapshot's manifest, 64 lower-case hex digits. */
    manifest_sha256: string;
    /** Name of the recipe, e.g. `identity`. */
    recipe: string;
    /** Parameters of the recipe by name, defaults included. */
    parameters: {
        [key: string]: string;
    };
    /** Seed of everything random in the run. */
    seed: number;
    /** The embedding model whose vectors it learned from. */
    embedding?: ModelVersion;
    /** Serialized LineageSources: every asset and sample it was made from. */
    sources?: ObjectRef;
    /** Number of assets its samples and background faces come from. */
    asset_count: number;
    /** Number of samples it learned from. */
    sample_count: number;
    /** Version of the recipe's code. */
    code_version: string;
};
export type ComparedRate = {
    /** Which rate: `recall`, `wrong_name_rate`, `false_name_rate`. */
    name: string;
    /** How many trials there were: photos, or people whom neither model knows. */
    trials: number;
    /** In how many of them it happened with the candidate. */
    candidate_count: number;
    /** In how many of them it happened with the model in service. */
    in_service_count: number;
    /** True when chance does not explain the difference (McNemar, 95 %). */
    certain: boolean;
};
export type ModelComparison = {
    /** Version of the model that was in service then. */
    version: string;
    /** The rates that were counted for both; none where they could not be compared. */
    rates: ComparedRate[];
    /** Number of classes that were compared. */
    class_count: number;
    /** Number of programmes that the compared photos come from. */
    programme_count: number;
    /** Why the two could not be compared, in one sentence; empty where they were. */
    why_not: string;
    /** What the sentence of `why_not` was made of. */
    why_not_wording?: Wording;
};
export type TrainingCompleted = {
    /** Id of the run and key of the fact: a hash of snapshot, recipe, parameters and seed. */
    run_id: string;
    /** Id of the dataset it learned from. */
    dataset_id: string;
    /** Done, or given up; given up, nothing below is set. */
    outcome?: Outcome;
    /** The model it made; unset when no candidate was worth keeping. */
    model?: ModelVersion;
    /** What was measured over all held-out photos; figures of single classes stand in the card. */
    measures: Measure[];
    /** What the promotion policy found, check by check. */
    checks: PromotionCheck[];
    /** What the promotion policy decided. */
    verdict?: Verdict;
    /** Manifest of the model (model.yaml). */
    manifest?: ObjectRef;
    /** The ONNX graph of the model. */
    artefact?: ObjectRef;
    /** Model card for people (Markdown). */
    card?: ObjectRef;
    /** What the model was made from. */
    lineage?: Lineage;
    /** How long the run took. */
    duration?: string;
    /** Largest absolute difference between the outputs of the head that was measured and of its ONNX graph; unset when no graph was made. */
    onnx_difference?: number;
    /** The model beside the one that was in service when it was judged; unset when none was in service. */
    comparison?: ModelComparison;
};
export type Hold = {
    /** Why, in the words of whoever decided. */
    reason: string;
    /** Who decided it, and when. */
    actor?: Actor;
};
export type Candidate = {
    /** Name and version of the model. */
    model?: ModelVersion;
    /** The fact that the run which made it ended in. */
    completed?: TrainingCompleted;
    /** True when this version is in service. */
    in_service: boolean;
    /** Who put it into service; unset unless it is. */
    promoted_by?: Actor;
    /** Why, in the words of whoever put it into service; empty for rules, and unless it is in service. */
    promoted_because: string;
    /** Set while a person holds it back. */
    hold?: Hold;
    /** Why it must not be used any more, in one sentence; empty while it may. */
    withdrawn: string;
    /** Number of the snapshot it learned from. */
    snapshot_number: number;
    /** Number of classes it knows. */
    class_count: number;
    /** What the sentence of `withdrawn` was made of. */
    withdrawn_wording?: Wording;
};
export type RunState = "queued" | "running" | "done" | "failed" | "cancelled";
export type EpochMeasure = {
    /** The epoch, counted from 1. */
    epoch: number;
    /** Mean weighted cross-entropy of the rows learned from; smaller is nearer. */
    loss: number;
};
export type Run = {
    /** Id of the run: a hash of snapshot, recipe, parameters and seed. */
    run_id: string;
    /** Id of the dataset it learns from. */
    dataset_id: string;
    /** Id of the snapshot it learns from. */
    snapshot_id: string;
    /** Name of the recipe, e.g. `identity`. */
    recipe: string;
    /** How far the run has come. */
    state?: RunState;
    /** What it does now, for people: `epoch 3 of 20`. */
    stage: string;
    /** How much is done, 0 to 1. */
    progress: number;
    /** When it was asked for. */
    requested_at?: string;
    /** The fact it ended in; unset until then. */
    completed?: TrainingCompleted;
    /** Which of the two steps it is: `centroid` (version n.0) or `challenge` (version n.1). */
    step: string;
    /** Parameters of the recipe by name, defaults included. */
    parameters: {
        [key: string]: string;
    };
    /** Seed of everything random in the run. */
    seed: number;
    /** Who asked for it, a person or a rule; unset for runs of before this was kept. */
    requested_by?: Actor;
    /** When a worker began with it; unset until then. */
    started_at?: string;
    /** When it ended; unset until then. */
    ended_at?: string;
    /** What was measured after each epoch of training, in order; none of a centroid, which has no epochs. */
    epochs: EpochMeasure[];
    /** What the words of `stage` were made of. */
    stage_wording?: Wording;
};
export type RightsPreview = {
    /** Number of samples that would be withdrawn or withheld. */
    samples_withdrawn: number;
    /** Number of samples that would be proposed after all. */
    samples_proposed: number;
    /** Number of snapshots that would be withdrawn. */
    snapshot_count: number;
    /** Number of assets the change concerns. */
    asset_count: number;
    /** Ids of snapshots that would be withdrawn, the first 100 in order. */
    snapshot_ids: string[];
    /** Ids of assets the change concerns, the first 100 in order. */
    asset_ids: string[];
    /** What would become of each statement, in the order they were sent. */
    statements: AppliedStatement[];
    /** What accepted samples would cost otherwise; what is owed already stays. */
    money: MoneyEffect[];
    /** Models that were made from these snapshots and may be used until now, those in service first. */
    models?: Candidate[];
    /** Runs on these snapshots that would be stopped. */
    runs?: Run[];
    /** Fields of this answer that could not be asked: they are left out, and say nothing. */
    unavailable: string[];
    /** Why they are missing, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
};
export type RightsChange = {
    /** Id of the event that brought it. */
    change_id: string;
    /** What it is about, as its sender spelt it. */
    subject?: Subject;
    /** Who made the change. */
    actor?: Actor;
    /** When this service took it up. */
    received_at?: string;
    /** True once every asset was decided anew. */
    applied: boolean;
    /** What became of each of its statements; none until it is applied. */
    statements: AppliedStatement[];
    /** Number of assets that were decided anew. */
    asset_count: number;
    /** Number of accepted samples that it withdrew. */
    samples_withdrawn: number;
    /** Number of proposed samples that it withheld. */
    samples_withheld: number;
    /** Number of samples that it proposed after all. */
    samples_proposed: number;
    /** Number of samples whose terms alone are others. */
    samples_repriced: number;
    /** Number of snapshots that it withdrew. */
    snapshot_count: number;
    /** Title of the programme where it is about one asset; empty otherwise, and where there is none. */
    title: string;
};
export type ListRightsChangesResponse = {
    /** Changes of this page, the newest first. */
    changes: RightsChange[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of changes on all pages together. */
    total_size: number;
};
export type FateState = "waiting" | "under_way" | "done" | "not_needed" | "person" | "failed" | "unknown";
export type FateStep = {
    /** Which step: `statements`, `samples`, `snapshots`, `runs`, `models`. */
    step: string;
    /** How far it is. */
    state?: FateState;
    /** How many are done. */
    done: number;
    /** How many there are as far as is known; 0 where nobody can say yet. */
    total: number;
};
export type ChangedSample = {
    /** Id of the sample. */
    sample_id: string;
    /** Id of its asset. */
    asset_id: string;
    /** What became of it: `withdrawn`, `withheld`, `proposed`, or `repriced` where only its terms are others. */
    effect: string;
};
export type ReplacedSnapshot = {
    /** Id of the snapshot that was withdrawn. */
    snapshot_id: string;
    /** Number of that snapshot. */
    "number": number;
    /** When it was published. */
    published_at?: string;
    /** True once it is withdrawn. */
    withdrawn: boolean;
    /** Id of the snapshot that takes its place; empty until it is withdrawn. */
    successor_id: string;
    /** Number of that one; 0 until it is published. */
    successor_number: number;
    /** When that one was published; unset until then. */
    successor_published_at?: string;
    /** True when that one was withdrawn too, by a later change. */
    successor_withdrawn: boolean;
};
export type RightsChangeFate = {
    /** The change as dataset followed it. */
    change?: RightsChange;
    /** The steps in order: statements, samples, snapshots, runs, models. */
    steps: FateStep[];
    /** Samples that it concerned, the first 100 by id. */
    samples: ChangedSample[];
    /** Snapshots that it withdrew and what takes their place, the first 100 by number. */
    snapshots: ReplacedSnapshot[];
    /** Models that were made from what it withdrew: none of them may be used any more. */
    models_withdrawn?: Candidate[];
    /** Runs that learn, or learned, from the snapshots in their place. */
    runs?: Run[];
    /** Models that were made from these. */
    models?: Candidate[];
    /** Fields of this answer that could not be asked: they are left out, and say nothing. */
    unavailable: string[];
    /** Why they are missing, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
};
export type RefusedMoment = {
    /** Id of the sample; empty where a whole asset is refused. */
    sample_id: string;
    /** Id of the asset. */
    asset_id: string;
    /** Title of its programme; empty when there is none. */
    title: string;
    /** How long after the first picture it begins; unset where a whole asset is refused. */
    at?: string;
};
export type Refusal = {
    /** What is withheld: `samples` or `assets`. */
    kind: string;
    /** For which purpose it is withheld. */
    purpose?: Purpose;
    /** The sentence that it is withheld with. */
    sentence: string;
    /** How many samples or assets. */
    count: number;
    /** Some of them, ten at most: samples the newest first, assets by id. */
    moments: RefusedMoment[];
    /** What that sentence was made of. */
    wording?: Wording;
};
export type ListRefusalsResponse = {
    /** Groups of this page, the largest first. */
    refusals: Refusal[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of groups on all pages together. */
    total_size: number;
};
export type Balance = {
    /** Name of the holder. */
    holder: string;
    /** Currency of the amount, an ISO 4217 code. */
    currency: string;
    /** Exact decimal amount that is owed. */
    amount: string;
    /** Number of uses it was counted from. */
    uses: number;
    /** The part of the amount that is owed once per sample and snapshot. */
    flat_amount: string;
    /** The part of the amount that is owed per sample and run. */
    per_use_amount: string;
};
export type Contributor = {
    /** The name as it was spelt first. */
    holder: string;
    /** Number of statements about everything of theirs. */
    statement_count: number;
    /** Number of assets that they have rights in. */
    asset_count: number;
    /** Number of accepted samples from these assets. */
    sample_count: number;
    /** What they are owed, one entry a currency. */
    balances: Balance[];
};
export type ListContributorsResponse = {
    /** Holders of this page, by name. */
    contributors: Contributor[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of holders on all pages together. */
    total_size: number;
};
export type UsageRecorded = any & {
    /** Name of the holder to be paid; the key of the fact. */
    holder: string;
    /** Id of the snapshot the sample was published in. */
    snapshot_id?: string;
    /** Id of the training run that learned from it. */
    run_id?: string;
    /** Id of the sample that was used. */
    sample_id: string;
    /** Id of the asset the sample comes from. */
    asset_id: string;
    /** The purpose it was used for. */
    purpose?: Purpose;
    /** How many units were used, an exact decimal number, e.g. `1`. */
    quantity: string;
    /** What is owed per unit. */
    rate?: Payment;
    /** When the sample was used. */
    used_at?: string;
    /** The statement the rate stands in. */
    statement?: StatementRef;
};
export type ListLedgerResponse = {
    /** Entries of this page, newest first. */
    entries: UsageRecorded[];
    /** Per holder and currency, over all entries that were asked for; on the first page only. */
    balances: Balance[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of entries on all pages together. */
    total_size: number;
};
export type AuditRecord = {
    /** Id of the chain the entry stands in. */
    chain_id: string;
    /** Its place in the chain, counted from 0. */
    place: number;
    /** The hash that links the next entry to it, 64 lower-case hex digits. */
    hash: string;
    /** Id of the event that it is about. */
    event_id: string;
    /** When that event happened, in ISO 8601. */
    time: string;
    /** What the decision is about, such as `sample:s-17`; holders and sources by keyed hashes. */
    subject: string;
    /** Id of the class it names; empty where it names none. */
    class_id: string;
    /** What was decided, in one word, e.g. `accept`, `promoted`. */
    what: string;
    /** Who decided it, by their login or the name of a rule. */
    principal: string;
    /** In which capacity they decided it. */
    authority: string;
    /** Of a search for a face why somebody looked, in their words; empty where it was not asked for, and once Kafka no longer keeps the fact (14 days). */
    reason: string;
};
export type ListAuditResponse = {
    /** Entries of this page, the newest first. */
    records: AuditRecord[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of entries on all pages together. */
    total_size: number;
};
export type VerifyAuditRequest = {
    /** Public keys in PEM (Ed25519), one after the other, that seals may be signed with; empty for those of the service. */
    public_keys?: string;
};
export type AuditProblemKind = "gap" | "changed" | "fork" | "rewritten" | "shortened" | "deleted" | "foreign_seal" | "bad_signature" | "missing_entry" | "missing_fact" | "other_fact" | "unsealed";
export type AuditProblem = {
    /** What is wrong, in one word. */
    kind?: AuditProblemKind;
    /** Id of the chain. */
    chain_id: string;
    /** The same in one sentence. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type VerifyAuditResponse = {
    /** True when the chains, the seals and the facts agree. */
    intact: boolean;
    /** Number of entries that were checked. */
    entries: number;
    /** The first problem in words, empty when the log is intact. */
    problem: string;
    /** What is wrong, the first 100 problems. */
    problems: AuditProblem[];
    /** Number of problems, also where there are more than are listed. */
    problem_count: number;
    /** Number of seals that were checked. */
    seals: number;
    /** Number of entries that a seal covers. */
    sealed_entries: number;
    /** Number of facts on Kafka that have their entry. */
    facts: number;
    /** Number of facts on Kafka that are still to be entered. */
    waiting_facts: number;
    /** Number of entries whose facts Kafka keeps no more: nothing but the chain and its seals speaks for these. */
    unreachable_entries: number;
};
export type AuditSealed = {
    /** Id of the chain and key of the fact. */
    chain_id: string;
    /** How many entries the chain had. */
    entry_count: number;
    /** SHA-256 of its last entry, 64 lower-case hex digits: the hash of an entry covers the one before it. */
    head: string;
    /** When it was sealed. */
    sealed_at?: string;
    /** Id of the key that signed: SHA-256 of the public key, 64 lower-case hex digits. */
    key_id: string;
    /** Ed25519 signature (RFC 8032), 64 bytes, over the deterministic protobuf encoding of this message without it. */
    signature: string;
};
export type SealAuditResponse = {
    /** The new seals; none where nothing was entered since the last ones. */
    seals: AuditSealed[];
};
export type GetAuditKeyResponse = {
    /** Public keys in PEM (Ed25519, SubjectPublicKeyInfo), one after the other: the one that signs now, then earlier ones. */
    public_keys: string;
    /** Id of the key that signs now: SHA-256 of its 32 bytes, 64 lower-case hex digits; empty while nothing is signed. */
    key_id: string;
};
export type Dataset = {
    /** Its id: lower-case letters, digits and dashes. */
    dataset_id: string;
    /** What it is for, in words. */
    title: string;
    /** Names of the rules that propose samples for it. */
    rules: string[];
    /** The recipe a new snapshot starts by itself, e.g. `identity`; empty: none. */
    recipe: string;
    /** Purpose its samples are used for, which the rights must allow; a new dataset that names none trains the house's own models. */
    purpose?: Purpose;
};
export type ListDatasetsResponse = {
    /** Datasets in order of their ids. */
    datasets: Dataset[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of datasets on all pages together. */
    total_size: number;
};
export type Split = "train" | "validation" | "test";
export type SplitCount = {
    /** The split that is counted. */
    split?: Split;
    /** Number of samples in the split. */
    sample_count: number;
    /** Number of classes with at least one sample in the split. */
    class_count: number;
};
export type SnapshotPublished = {
    /** Id of the snapshot. */
    snapshot_id: string;
    /** Id of its dataset and key of the fact. */
    dataset_id: string;
    /** Number of the snapshot: counts up by one per dataset, from 1. */
    "number": number;
    /** Manifest (JSON): content hashes, counts per class and split, where each table lies. */
    manifest?: ObjectRef;
    /** Samples (Parquet): one row a vector; columns in the dataset service's documentation. */
    samples?: ObjectRef;
    /** Vectors of background faces, which nobody has named (Parquet): an open-set threshold is judged against them. */
    background?: ObjectRef;
    /** How much is in each split that is not empty; counts per class stand in the manifest. */
    splits: SplitCount[];
    /** The dataset's own recipe, started by this fact: `identity`, `classifier`; empty: none. */
    recipe: string;
    /** The embedding model whose vectors the tables hold. */
    embedding?: ModelVersion;
    /** Who or what asked for the snapshot. */
    actor?: Actor;
    /** The purpose that its samples may be used for: every later step asks whether that is its own. */
    purpose?: Purpose;
};
export type SnapshotWithdrawn = {
    /** Id of the snapshot that is withdrawn. */
    snapshot_id: string;
    /** Id of its dataset and key of the fact. */
    dataset_id: string;
    /** One sentence: why it was withdrawn. */
    reason: string;
    /** Id of the snapshot that takes its place, empty when none does. */
    superseded_by: string;
    /** Who or what withdrew it. */
    actor?: Actor;
    /** Number of its samples that were withdrawn; each has a sample.withdrawn of its own. */
    withdrawn_sample_count: number;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type Snapshot = {
    /** The snapshot as it was published. */
    published?: SnapshotPublished;
    /** The fact that withdrew it; unset while it may be used. */
    withdrawn?: SnapshotWithdrawn;
    /** When it was published. */
    published_at?: string;
};
export type ListSnapshotsResponse = {
    /** Snapshots of this page, newest first. */
    snapshots: Snapshot[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of snapshots on all pages together. */
    total_size: number;
};
export type PublishSnapshotResponse = {
    /** The fact that was published; the newest one when nothing had changed since. */
    snapshot?: SnapshotPublished;
};
export type ExportFormat = "parquet" | "webdataset" | "coco";
export type ExportChoice = {
    /** The format to write. */
    format: ExportFormat;
    /** The purpose it is made for; unspecified: sharing. */
    purpose?: Purpose;
};
export type SnapshotExport = {
    /** The file; its bytes are at `/v1/snapshots/{snapshot_id}/objects/{key}`. */
    "export"?: ObjectRef;
    /** Number of samples it holds. */
    sample_count: number;
    /** Number of samples that may not be used for the purpose and were left out. */
    left_out_count: number;
    /** Why most of those were left out, in one sentence; empty where none was. */
    left_out_reason: string;
    /** What the sentence of `left_out_reason` was made of. */
    left_out_wording?: Wording;
};
export type AnalyserInput = "pictures" | "sound";
export type Analyser = {
    /** Its name, e.g. `faces`. */
    name: string;
    /** The models it uses, the one its observations name first. */
    models: ModelVersion[];
    /** What it looks at or listens to. */
    input?: AnalyserInput;
    /** One sentence: what it reports. */
    description: string;
    /** Of an optional analyser that this machine lacks: why it is not at work, and what to do; else empty. */
    not_installed: string;
};
export type ListAnalysersResponse = {
    /** Analysers in order of their names. */
    analysers: Analyser[];
};
export type ModelScope = {
    /** Series of programmes, as programmes name it; empty for any. */
    series: string;
    /** Channel, as programmes name it; empty for any. */
    channel: string;
};
export type Model = {
    /** Name and version of the model. */
    model?: ModelVersion;
    /** Name of the analyser it serves, empty for none. */
    analyser: string;
    /** SPDX licence of the code. */
    code_licence: string;
    /** SPDX licence of the weights. */
    weights_licence: string;
    /** Where it came from: `package:<name>`, `run:<id>` for models that training made. */
    source: string;
    /** SHA-256 of the model's graph, 64 lower-case hex digits. */
    sha256: string;
    /** True when this version is in force. */
    in_force: boolean;
    /** Execution provider it runs on, e.g. `CPUExecutionProvider`. */
    provider: string;
    /** What its makers mean it for, in words. */
    intended_use: string;
    /** What it does: `classification`, `detection` … as its manifest says. */
    task: string;
    /** For which programmes it looks at chunks; empty for none, and for a model of an analyser, which always looks. */
    enabled: ModelScope[];
    /** Why it cannot be used, in one sentence; empty for one that can. It is listed, and nothing else. */
    quarantined: string;
    /** Why it is not on the device that the site asks for, in one sentence; empty where it is. */
    fallback: string;
    /** What the sentence of `quarantined` was made of. */
    quarantined_wording?: Wording;
    /** What the sentence of `fallback` was made of. */
    fallback_wording?: Wording;
};
export type ListModelsResponse = {
    /** Models by name and version. */
    models: Model[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of models on all pages together. */
    total_size: number;
};
export type LineageAsset = {
    /** Id of the asset. */
    asset_id: string;
    /** Title of its programme; empty where none is known. */
    title: string;
    /** True while the house may train with it. */
    allowed: boolean;
    /** That decision in one sentence; empty where it could not be asked. */
    sentence: string;
    /** What that sentence was made of. */
    wording?: Wording;
};
export type LineageSample = {
    /** Id of the sample. */
    sample_id: string;
    /** Id of its asset; empty where it could not be asked. */
    asset_id: string;
    /** Id of the class it shows. */
    class_id: string;
    /** Name of that class; empty where it has none, or was forgotten. */
    class_name: string;
    /** Where it stands now. */
    state?: SampleState;
    /** The right that it rests on. */
    rights?: RightsDecision;
};
export type ModelLineage = {
    /** The lineage, the same on every page. */
    lineage?: Lineage;
    /** Assets of this page; the pages list all assets before the first sample. */
    assets: LineageAsset[];
    /** Samples of this page. */
    samples: LineageSample[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Why parts of it are missing, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
    /** Number of assets and samples on all pages together. */
    total_size: number;
};
export type ModelTensor = {
    /** Its name in the graph. */
    name: string;
    /** Its type, e.g. `float32`. */
    dtype: string;
    /** Its sizes; -1 for one that is free. */
    shape: number[];
};
export type ModelExamination = {
    /** What the graph takes. */
    inputs: ModelTensor[];
    /** What the graph gives. */
    outputs: ModelTensor[];
    /** Version of ONNX's operators it uses; 0 for a model that runs elsewhere. */
    opset: number;
    /** The operators it uses, in alphabetical order. */
    operators: string[];
    /** How many numbers its weights are. */
    parameters: number;
    /** How long one run of it took here, in seconds; 0 where its shapes leave open what to run it on. */
    run_seconds: number;
};
export type UploadModelResponse = {
    /** The model as it is now loaded. */
    model?: Model;
    /** What its examination found. */
    examination?: ModelExamination;
};
export type TryModelResponse = {
    /** What its examination found. */
    examination?: ModelExamination;
    /** What it observes in the picture; empty without one. */
    observations: Observation[];
};
export type ModelVersionInput = {
    /** Name of the model in the model registry, e.g. `faces/yunet`. */
    name: string;
    /** Version as its manifest says it, e.g. `2023.3`; empty only where a request says what it means then. */
    version?: string;
};
export type ChooseVersionRequest = {
    /** The model and the version to be in force. */
    model: ModelVersionInput;
};
export type ChooseVersionResponse = {
    /** The model whose version was chosen. */
    model?: Model;
};
export type ModelScopeInput = {
    /** Series of programmes, as programmes name it; empty for any. */
    series?: string;
    /** Channel, as programmes name it; empty for any. */
    channel?: string;
};
export type EnableModelRequest = {
    /** Name of the model; the version in force looks. */
    name: string;
    /** For which programmes, beside those for which it is enabled already; empty: for every one. */
    scopes?: ModelScopeInput[];
};
export type EnableModelResponse = {
    /** The version in force. */
    model?: Model;
};
export type DisableModelRequest = {
    /** Name of the model. */
    name: string;
    /** For which programmes; empty: for none any more. */
    scopes?: ModelScopeInput[];
};
export type DisableModelResponse = {
    /** The version in force. */
    model?: Model;
};
export type RemoveModelRequest = {
    /** Name of the model, and the version; without a version all of them. */
    model: ModelVersionInput;
};
export type RemoveModelResponse = {
    /** The versions that are gone. */
    removed: ModelVersion[];
};
export type ListRunsResponse = {
    /** Runs of this page, newest first. */
    runs: Run[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of runs on all pages together. */
    total_size: number;
};
export type TrainingRequested = {
    /** Id of the dataset; the key of the fact. */
    dataset_id: string;
    /** Id of the snapshot to learn from; empty for the newest known. */
    snapshot_id?: string;
    /** Name of the recipe: `identity`, `classifier`. */
    recipe: string;
    /** Parameters of the recipe by name; unknown ones are refused. */
    parameters?: {
        [key: string]: string;
    };
    /** Seed of everything random in the run. */
    seed?: number;
};
export type StartTrainingResponse = {
    /** The run as it is now. */
    run?: Run;
};
export type ClassToLearn = {
    /** Id of the class. */
    class_id: string;
    /** Number of its samples. */
    sample_count: number;
    /** Number of programmes that they come from; of one alone nothing can be measured. */
    programme_count: number;
};
export type RunPay = {
    /** Name of the holder. */
    holder: string;
    /** Currency of the amount, an ISO 4217 code. */
    currency: string;
    /** Exact decimal amount of it. */
    amount: string;
    /** Number of samples it was counted from. */
    sample_count: number;
};
export type PreviewTrainingResponse = {
    /** Id of the run: that of an earlier one where the same was asked for before. */
    run_id: string;
    /** The run where it was started before; starting it again changes nothing. */
    known?: Run;
    /** Id of the snapshot. */
    snapshot_id: string;
    /** Number of the snapshot. */
    snapshot_number: number;
    /** Number of samples in it. */
    sample_count: number;
    /** Number of classes in it. */
    class_count: number;
    /** Number of programmes they come from. */
    programme_count: number;
    /** Number of faces that nobody named: the model is tried on them. */
    unnamed_count: number;
    /** The classes with the most samples, 100 at most. */
    classes: ClassToLearn[];
    /** What would keep the run from ending with a model, in sentences; none where nothing does. */
    refusals: string[];
    /** Whether a challenger would be trained after the centroid. */
    challenge: boolean;
    /** Why none would be trained, in one sentence; empty where one would. */
    no_challenge_because: string;
    /** How long it would take, by earlier runs; unset where none ended well. */
    estimate?: string;
    /** Number of earlier runs that the estimate rests on. */
    estimated_from: number;
    /** Number of runs that wait or are under way before it. */
    runs_before: number;
    /** What holders would be owed for the run, by holder and currency. */
    pay: RunPay[];
    /** What the sentences of `refusals` were made of, in the same order. */
    refusal_wordings: Wording[];
    /** What the sentence of `no_challenge_because` was made of. */
    no_challenge_wording?: Wording;
};
export type GetRunResponse = {
    /** The run as it is now. */
    run?: Run;
};
export type CancelRunResponse = {
    /** The run as it is now; one that had ended before stays as it was. */
    run?: Run;
};
export type ListCandidatesResponse = {
    /** Candidates of this page, newest first. */
    candidates: Candidate[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of candidates on all pages together. */
    total_size: number;
};
export type PromoteRequest = {
    /** Name and version of the model. */
    model: ModelVersionInput;
    /** Why, for whoever looks at it later; names nobody on screen. */
    reason?: string;
};
export type PromoteResponse = {
    /** The candidate that was promoted. */
    candidate?: Candidate;
};
export type RollbackRequest = {
    /** Name of the model, e.g. `identity/people`. */
    name: string;
    /** Why, for whoever looks at it later; names nobody on screen. */
    reason?: string;
};
export type RollbackResponse = {
    /** The candidate that is in service again. */
    candidate?: Candidate;
};
export type HoldModelRequest = {
    /** Name and version of the model. */
    model: ModelVersionInput;
    /** Why, for whoever looks at it later; names nobody on screen. */
    reason: string;
};
export type HoldModelResponse = {
    /** The candidate as it stands; one that was held before keeps its first reason. */
    candidate?: Candidate;
};
export type ReleaseModelRequest = {
    /** Name and version of the model. */
    model: ModelVersionInput;
    /** Why, for whoever looks at it later; names nobody on screen. */
    reason: string;
};
export type ReleaseModelResponse = {
    /** The candidate as it stands; one that was not held stays as it was. */
    candidate?: Candidate;
};
export type ErasureSubject = {
    /** Id of one asset. */
    asset_id?: string;
    /** Id of one class of a dataset: a person, a label. */
    class_id?: string;
    /** Name of a holder of rights, as statements spell it. */
    holder?: string;
};
export type RequestErasureRequest = {
    /** What to forget: a class, an asset or a holder of rights. */
    subject: ErasureSubject;
    /** One sentence for a person: why it is to be forgotten. */
    reason: string;
    /** Id of the request, chosen by its sender: the same one again is the same erasure. Empty: a new one. */
    erasure_id?: string;
};
export type RequestErasureResponse = {
    /** Id of the request, to ask by what became of it. */
    erasure_id: string;
};
export type ErasureState = "requested" | "erasing" | "completed";
export type ErasedCount = {
    /** The store they were erased from, as the service names it: a collection, or a kind of object. */
    kind: string;
    /** How many of them were erased. */
    count: number;
};
export type ErasureAnswer = {
    /** Name of the service. */
    service: string;
    /** When it had forgotten. */
    completed_at?: string;
    /** What it erased, store by store. */
    counts: ErasedCount[];
};
export type Erasure = {
    /** Id of the request. */
    erasure_id: string;
    /** What kind of thing is forgotten: `asset`, `class` or `holder`. */
    kind: string;
    /** Id of the asset or class; empty for a holder. */
    subject_id: string;
    /** How far the erasure is. */
    state?: ErasureState;
    /** When it was asked for; unset while the request has not arrived here. */
    requested_at?: string;
    /** Who asked for it. */
    actor?: Actor;
    /** Number of assets that it concerns. */
    asset_count: number;
    /** Number of classes that it concerns. */
    class_count: number;
    /** The services that have answered, in alphabetical order. */
    answers: ErasureAnswer[];
    /** Names of the services that have not answered yet. */
    open: string[];
};
export type ListErasuresResponse = {
    /** Erasures of this page, newest first. */
    erasures: Erasure[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of erasures on all pages together. */
    total_size: number;
};
export type AssetStateCount = {
    /** The state they are in. */
    state?: AssetState;
    /** Number of assets in it. */
    count: number;
};
export type Counts = {
    /** Assets by state, one entry a state that there is; removed ones are not counted. */
    assets?: AssetStateCount[];
    /** Assets that were rejected, or of which the analysis failed as a whole. */
    assets_failed?: number;
    /** Samples that wait for a decision. */
    samples_proposed?: number;
    /** Unknown people that were seen: clusters that no model and no person has named. */
    unknown_people?: number;
    /** True when there are more of them than were counted. */
    unknown_people_more?: boolean;
    /** Samples that were withheld for rights since `since`. */
    refusals?: number;
    /** Trained models that may go into service and are not in it, and not held back. */
    candidates_waiting?: number;
    /** True when there are more of them than were counted. */
    candidates_waiting_more?: boolean;
    /** Dead letters of the last 30 days that wait: nobody replayed or discarded them. */
    dead_letters?: number;
    /** Consumer groups whose breaker is not closed: they have stopped themselves. */
    open_breakers?: string[];
    /** From when on refusals were counted. */
    since?: string;
    /** Fields of this answer that could not be asked: they are left out, and say nothing. */
    unavailable: string[];
    /** Why they are missing, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
    /** When the look at the mesh began that this answer is from: one for everybody who asks. */
    as_of?: string;
    /** True when it is from before the question, as a newer look takes its time: ask again for that. */
    refreshing: boolean;
};
export type ReplicaView = {
    /** Where it was asked. */
    address: string;
    /** The process that answers: `host:pid`; empty when none does. */
    process: string;
    /** Version of Framewell that it runs; empty when it does not say. */
    version: string;
    /** True when it is ready for work. */
    ready: boolean;
    /** Why it does not answer; empty when it does. */
    away: string;
    /** Parts of it that are not ready, each with its reason. */
    waiting: WaitingPart[];
    /** What parts of it note of themselves although they are ready. */
    notes: WaitingPart[];
    /** Partitions that it has paused, each for a reason. */
    paused: PausedPartition[];
    /** What the sentence of `away` was made of. */
    away_wording?: Wording;
};
export type DeadLetterCount = {
    /** The consumer group that gave them up. */
    group: string;
    /** Why, as a stable word. */
    code: string;
    /** Type of their events, as their senders spelt it; may be empty. */
    "type": string;
    /** How many there are. */
    count: number;
    /** When the first of them was given up. */
    first?: string;
    /** When the last of them was given up. */
    last?: string;
};
export type ServiceView = {
    /** Name of the service, e.g. `transcode`. */
    service: string;
    /** True when one of its replicas is ready for work. */
    ready: boolean;
    /** Why nobody answers for it; empty when somebody does. */
    away: string;
    /** Its processes, as far as their addresses are known. */
    replicas: ReplicaView[];
    /** Breakers of its consumer groups that are not closed. */
    breakers: Breaker[];
    /** What its groups have not handled yet, per group and topic, only where something is behind. */
    lag: Backlog[];
    /** Its dead letters of the last 30 days that wait, by group, code and type of event. */
    dead_letters: DeadLetterCount[];
    /** What the sentence of `away` was made of. */
    away_wording?: Wording;
};
export type MeshView = {
    /** One for each service of the mesh, in the order of their ports. */
    services: ServiceView[];
    /** Fields of the services that could not be asked, because the broker is away: `lag`, `dead_letters`. */
    unavailable: string[];
    /** Why they are missing, one sentence each. */
    missing: string[];
    /** What the sentences of `missing` were made of, in the same order. */
    missing_wordings: Wording[];
    /** When the look at the mesh began that this answer is from: one for everybody who asks. */
    as_of?: string;
    /** True when it is from before the question, as a newer look takes its time: ask again for that. */
    refreshing: boolean;
};
export type DeadLetterState = "waiting" | "replayed" | "discarded";
export type DeadLetterView = {
    /** Id of the dead letter: `<group>/<partition>@<offset>`. */
    dead_letter_id: string;
    /** The consumer group that gave it up. */
    group: string;
    /** What was done with it. */
    state?: DeadLetterState;
    /** Why it was given up, as a stable word. */
    code: string;
    /** Why it was given up, as a sentence. */
    reason: string;
    /** CloudEvents type of its event, as its sender spelt it; may be empty. */
    "type": string;
    /** Id of its event; empty where its sender gave none. */
    event_id: string;
    /** The asset that it is about; empty for none. */
    asset_id: string;
    /** When it was given up. */
    given_up?: string;
    /** How often it was tried; 0 where that is not known. */
    attempts: number;
    /** The topic that it came from, without the mesh's prefix; empty where that is not known. */
    origin_topic: string;
    /** The partition of that topic, from 0. */
    origin_partition: number;
    /** Its offset in that partition. */
    origin_offset: number;
    /** The groups that a replay reaches: all that read the topic. */
    replay_reaches: string[];
    /** Its headers, as they were sent; the first 40, each at most 200 characters. */
    headers: {
        [key: string]: string;
    };
    /** What its payload is: `fact`, `json`, `text`, `bytes` or `nothing`. */
    payload_kind: string;
    /** Its payload: JSON for a fact and JSON, text, or the first bytes in hexadecimal digits; at most 16,384 characters. */
    payload: string;
    /** Length of the whole payload in bytes. */
    payload_bytes: number;
    /** Where in the code it was given up; empty where nobody failed. */
    traceback: string;
    /** Who replayed or discarded it last; empty while nobody did. */
    handled_by: string;
    /** When that was; unset while nobody did. */
    handled_at?: string;
    /** Why, in that person's words; may be empty. */
    handled_because: string;
    /** How often it was sent again. */
    times_replayed: number;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type ListDeadLettersResponse = {
    /** Dead letters of this page, the newest first. */
    dead_letters: DeadLetterView[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of dead letters on all pages together. */
    total_size: number;
};
export type ReplayDeadLettersRequest = {
    /** The consumer group that gave them up. */
    group: string;
    /** Only these, by their ids or those of their events; empty for all that wait. */
    ids?: string[];
    /** Only those given up with this code; empty for all. */
    code?: string;
    /** Only events of this CloudEvents type; empty for all. */
    "type"?: string;
    /** Only those about this asset; empty for all. */
    asset_id?: string;
    /** Also what was replayed before. */
    again?: boolean;
    /** At most so many, 1 to 10,000; unset for 1000. */
    limit?: number;
    /** Only say what would be sent. */
    dry_run?: boolean;
};
export type DeadLettersLeft = {
    /** Why, as a sentence or the broker's word. */
    reason: string;
    /** How many were left for this reason. */
    count: number;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type ReplayDeadLettersResponse = {
    /** Number of dead letters that are meant. */
    matching: number;
    /** Number of those that were sent again; of a dry run 0. */
    replayed: number;
    /** Number of those that somebody else handled meanwhile. */
    overtaken: number;
    /** Those that cannot be sent at all, by reason. */
    left_out: DeadLettersLeft[];
    /** Those that the broker refused, by its error; they still wait. */
    refused: DeadLettersLeft[];
    /** Number of those that can be sent, by topic. */
    topics: {
        [key: string]: number;
    };
};
export type DiscardDeadLettersRequest = {
    /** The consumer group that gave them up. */
    group: string;
    /** Which, by their ids or those of their events. */
    ids: string[];
    /** Why they need none, for whoever asks later. */
    because: string;
};
export type DiscardDeadLettersResponse = {
    /** Number of dead letters that are meant. */
    matching: number;
    /** Number of those that were marked. */
    discarded: number;
};
export type ResumeStageRequest = {
    /** Its consumer group, e.g. `ingest.accept_request`. */
    group: string;
};
export type ResumeStageResponse = {
    /** Its breaker: half open now, or closed as it was. */
    breaker?: Breaker;
};
export type Telemetry = {
    /** Least level that is logged: debug, info, warning or error. */
    log_level: string;
    /** Levels of single loggers by name, for what libraries log, e.g. `aiokafka`. */
    loggers: {
        [key: string]: string;
    };
    /** Fraction of new traces that are recorded, 0 to 1. Traces begun elsewhere keep the decision made there. */
    trace_sample: number;
    /** True when spans, metrics and logs are sent to an OTLP endpoint. */
    exporting: boolean;
    /** When it goes back to the settings by itself; unset: never. */
    reverts_at?: string;
};
export type ProcessTelemetry = {
    /** Name of its service. */
    service: string;
    /** Where it was asked. */
    address: string;
    /** Why it does not answer; empty when it does. */
    away: string;
    /** Its levels and sampling; unset when it does not answer. */
    telemetry?: Telemetry;
    /** What the sentence of `away` was made of. */
    away_wording?: Wording;
};
export type ListTelemetryResponse = {
    /** One for each process of each service, in order of the services. */
    processes: ProcessTelemetry[];
};
export type ChangeTelemetryRequest = {
    /** Name of the service; empty for all. */
    service?: string;
    /** Least level to log: debug, info, warning or error. */
    log_level?: string;
    /** Levels of single loggers, by name; an empty level takes the logger's own level away. */
    loggers?: {
        [key: string]: string;
    };
    /** Fraction of new traces to record, 0 to 1. */
    trace_sample?: number;
    /** Go back to the settings after this time; unset: stay. */
    revert_after?: string;
};
export type ReanalysisTargetInput = {
    /** A model, `name@version`, or its name alone for the version in force. */
    model?: string;
    /** An analyser by name, with the model that it runs now, e.g. `faces`. */
    analyser?: string;
    /** Every analyser that was skipped to keep up with a live programme, where it was. */
    skipped?: boolean;
};
export type ReanalysisSelectionInput = {
    /** Ids of the assets that are meant. */
    asset_ids?: string[];
    /** Series of the programme, one of these. */
    series?: string[];
    /** Channel of the programme, one of these. */
    channels?: string[];
    /** Asked for at this time or later. */
    since?: string;
    /** Asked for before this time. */
    until?: string;
    /** Every asset; said where no condition is named, so that nobody looks through the archive by mistake. */
    all?: boolean;
};
export type ReanalysisWindowInput = {
    /** When it begins, `HH:MM`. */
    begin: string;
    /** When it ends, `HH:MM`; earlier than `begin`: on the next day. */
    end: string;
    /** Whose hours these are, by the name of the IANA time zone database, e.g. `Europe/Berlin`; empty for UTC. */
    time_zone?: string;
};
export type StartReanalysisRequest = {
    /** What looks: a model, an analyser, or what was skipped. */
    target: ReanalysisTargetInput;
    /** The assets that are looked at. */
    selection: ReanalysisSelectionInput;
    /** In which hours; unset for all day. */
    window?: ReanalysisWindowInput;
};
export type ReanalysisTarget = {
    /** A model, `name@version`, or its name alone for the version in force. */
    model: string;
    /** An analyser by name, with the model that it runs now, e.g. `faces`. */
    analyser: string;
    /** Every analyser that was skipped to keep up with a live programme, where it was. */
    skipped: boolean;
};
export type ReanalysisSelection = {
    /** Ids of the assets that are meant. */
    asset_ids: string[];
    /** Series of the programme, one of these. */
    series: string[];
    /** Channel of the programme, one of these. */
    channels: string[];
    /** Asked for at this time or later. */
    since?: string;
    /** Asked for before this time. */
    until?: string;
    /** Every asset; said where no condition is named, so that nobody looks through the archive by mistake. */
    all: boolean;
};
export type ReanalysisWindow = {
    /** When it begins, `HH:MM`. */
    begin: string;
    /** When it ends, `HH:MM`; earlier than `begin`: on the next day. */
    end: string;
    /** Whose hours these are, by the name of the IANA time zone database, e.g. `Europe/Berlin`; empty for UTC. */
    time_zone: string;
};
export type ReanalysisState = "running" | "paused" | "cancelled" | "done";
export type ReanalysisEstimate = {
    /** Assets that are selected and not looked at by it yet. */
    assets: number;
    /** Chunks of these assets, the sound of an asset counted as one. */
    chunks: number;
    /** Sampled pictures in these chunks; 0 where nothing looks at pictures. */
    pictures: number;
    /** Length of their sounds; unset where nothing listens. */
    sound?: string;
    /** How long one replica would take with nothing else to do; unset where that is not known. */
    duration?: string;
    /** How `duration` was measured, or why it is not known, in one sentence. */
    basis: string;
    /** Selected assets at which it has looked already, and which are left out above. */
    done_assets: number;
    /** What the sentence of `basis` was made of. */
    basis_wording?: Wording;
};
export type ReasonCount = {
    /** The reason in words. */
    reason: string;
    /** How many chunks, the sound of an asset counted as one. */
    count: number;
    /** What the sentence of `reason` was made of. */
    wording?: Wording;
};
export type ObservationChange = {
    /** Kind of the observations, e.g. `label`. */
    kind: string;
    /** Label of the observations, empty for those without one. */
    label: string;
    /** How many the analyser had in the chunks looked at, by the version that looked last before. */
    before: number;
    /** How many it has by the version of the campaign. */
    after: number;
};
export type Reanalysis = {
    /** Id of the campaign, a UUID. */
    reanalysis_id: string;
    /** What looks; a model with the version that was in force when the campaign started. */
    target?: ReanalysisTarget;
    /** The assets that are looked at. */
    selection?: ReanalysisSelection;
    /** In which hours; unset for all day. */
    window?: ReanalysisWindow;
    /** How far it has come. */
    state?: ReanalysisState;
    /** What it waits for, in one sentence; empty while it works or has ended. */
    waiting: string;
    /** Who started it: a person, or a rule of the mesh. */
    actor?: Actor;
    /** When it was started. */
    started_at?: string;
    /** When it ended; unset while it has not. */
    ended_at?: string;
    /** What there was to do when it started. */
    estimate?: ReanalysisEstimate;
    /** Assets that are finished. */
    assets: number;
    /** Chunks that were looked at, the sound of an asset counted as one. */
    chunks: number;
    /** Pictures that were looked at. */
    pictures: number;
    /** Time that looking took, all replicas together. */
    busy?: string;
    /** Chunks that were passed over, by reason. */
    skipped: ReasonCount[];
    /** Chunks at which looking failed, by reason. */
    failed: ReasonCount[];
    /** What it changed, most frequent first, at most 100. */
    changes: ObservationChange[];
    /** How long it takes from now on, by its own rate; unset while that is not known, and once it has ended. */
    remaining?: string;
    /** Who paused, resumed or cancelled it last; unset where nobody has. */
    changed_by?: Actor;
    /** What the sentence of `waiting` was made of. */
    waiting_wording?: Wording;
};
export type StartReanalysisResponse = {
    /** The campaign as it stands now. */
    reanalysis?: Reanalysis;
    /** What a person should know, one sentence each. */
    notes: string[];
    /** What the sentences of `notes` were made of, in the same order. */
    notes_wordings: Wording[];
};
export type ListReanalysesResponse = {
    /** The campaigns of this page, newest first. */
    reanalyses: Reanalysis[];
    /** Names the next page; empty on the last page. */
    next_page_token: string;
    /** Number of campaigns on all pages together. */
    total_size: number;
};
export type EstimateReanalysisRequest = {
    /** What looks: a model, an analyser, or what was skipped. */
    target: ReanalysisTargetInput;
    /** The assets that are looked at. */
    selection: ReanalysisSelectionInput;
};
export type EstimateReanalysisResponse = {
    /** What it has to do. */
    estimate?: ReanalysisEstimate;
    /** What a person should know before it starts, one sentence each. */
    notes: string[];
    /** What the sentences of `notes` were made of, in the same order. */
    notes_wordings: Wording[];
};
export type GetReanalysisResponse = {
    /** The campaign as it stands now. */
    reanalysis?: Reanalysis;
};
export type PauseReanalysisResponse = {
    /** The campaign as it stands now. */
    reanalysis?: Reanalysis;
};
export type ResumeReanalysisResponse = {
    /** The campaign as it stands now. */
    reanalysis?: Reanalysis;
};
export type CancelReanalysisResponse = {
    /** The campaign as it stands now. */
    reanalysis?: Reanalysis;
};
export type WebhookState = "active" | "paused" | "disabled";
export type Webhook = {
    /** Id of the webhook that is meant. */
    webhook_id: string;
    /** Where events are sent by POST. */
    url: string;
    /** Only events of these CloudEvents types; empty for all. */
    types: string[];
    /** Only events that this service of the mesh published; empty for all. */
    service: string;
    /** What it is for, in words. */
    description: string;
    /** Whether it is served. */
    state?: WebhookState;
    /** Why it is not, as a sentence; empty while it is. */
    because: string;
    /** Login of whoever registered it. */
    created_by: string;
    /** When it was registered. */
    created_at?: string;
    /** Grows with every change of it: what If-Match compares. */
    revision: number;
    /** When a delivery last ended well; unset before the first. */
    delivered_at?: string;
    /** Since when every attempt has failed; unset while the last one succeeded. */
    failing_since?: string;
    /** Until when the secret before this one signs too; unset for none. */
    old_secret_until?: string;
    /** What the sentence of `because` was made of. */
    because_wording?: Wording;
};
export type ListWebhooksResponse = {
    /** Webhooks of this page, the newest first. */
    webhooks: Webhook[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of webhooks on all pages together. */
    total_size: number;
};
export type CreateWebhookRequest = {
    /** Where to send them: `https://…`, or `http://…` inside the house. Its host must be one that the operator allows. */
    url: string;
    /** Only events of these CloudEvents types, e.g. `framewell.asset.analysed.v1`; empty for all. */
    types?: string[];
    /** Only events that this service of the mesh published, e.g. `inference`; empty for all. */
    service?: string;
    /** What it is for, in words. */
    description?: string;
};
export type WebhookSecret = {
    /** The webhook that has this secret. */
    webhook?: Webhook;
    /** What signs its deliveries, `whsec_` and Base64; shown this once. */
    secret: string;
};
export type WebhookChange = {
    /** Another address for it. */
    url?: string;
    /** Other types of events; with `every_type` none are named any more. */
    types?: string[];
    /** True for events of every type. */
    every_type?: boolean;
    /** Other words for what it is for. */
    description?: string;
    /** False pauses it; true lets it go on, also after it was disabled. */
    active?: boolean;
};
export type DeleteWebhookResponse = {};
export type TestWebhookResponse = {
    /** True when it was taken. */
    delivered: boolean;
    /** HTTP status that was answered; 0 for none. */
    status: number;
    /** Why it was not taken, as a sentence; empty when it was. */
    problem: string;
    /** How long it took, in milliseconds. */
    milliseconds: number;
    /** What the sentence of `problem` was made of. */
    problem_wording?: Wording;
};
export type DeliveryState = "waiting" | "delivered" | "dead";
export type WebhookDelivery = {
    /** Its id, the same in every attempt: the header `webhook-id`. */
    delivery_id: string;
    /** Key of its event in `GET /v1/events`. */
    event_key: string;
    /** CloudEvents type of its event. */
    "type": string;
    /** What became of it. */
    state?: DeliveryState;
    /** Number of attempts until now. */
    attempts: number;
    /** HTTP status of the last attempt; 0 for none. */
    status: number;
    /** Why the last attempt failed, as a sentence; empty when it did not. */
    problem: string;
    /** When it was put in line. */
    created_at?: string;
    /** When it is tried next; unset once it has ended. */
    due_at?: string;
    /** When it was tried last; unset before. */
    tried_at?: string;
    /** What the sentence of `problem` was made of. */
    problem_wording?: Wording;
};
export type ListWebhookDeliveriesResponse = {
    /** Deliveries of this page, the newest first. */
    deliveries: WebhookDelivery[];
    /** What names the next page; empty on the last. */
    next_page_token: string;
    /** Number of deliveries on all pages together. */
    total_size: number;
};
export type WebhookReplay = {
    /** Only these; empty for all dead ones. */
    delivery_ids?: string[];
};
export type ReplayWebhookDeliveriesResponse = {
    /** Number of deliveries that wait again. */
    replayed: number;
};
/**
 * Say who calls, and whom this gateway asks
 */
export function getSession(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Session;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/session", {
        ...opts
    }));
}
/**
 * Sign in
 */
export function signIn(signInRequest: SignInRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/session", oazapfts.json({
        ...opts,
        method: "POST",
        body: signInRequest
    })));
}
/**
 * Sign out
 */
export function signOut(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/session", {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * Make the first administrator, and sign in
 */
export function setUp(setUpRequest: SetUpRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/setup", oazapfts.json({
        ...opts,
        method: "POST",
        body: setUpRequest
    })));
}
/**
 * End all sessions of the caller
 */
export function signOutEverywhere(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/sessions", {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * Take another password; all other sessions end
 */
export function changePassword(changePasswordRequest: ChangePasswordRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/session/password", oazapfts.json({
        ...opts,
        method: "POST",
        body: changePasswordRequest
    })));
}
/**
 * Take an invitation: give the account a password, and sign in
 */
export function acceptInvitation(acceptInvitationRequest: AcceptInvitationRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/invitations/accept", oazapfts.json({
        ...opts,
        method: "POST",
        body: acceptInvitationRequest
    })));
}
/**
 * List users by login
 */
export function listUsers({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListUsersResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Invite somebody
 */
export function inviteUser(inviteUserRequest: InviteUserRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: Invitation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/users", oazapfts.json({
        ...opts,
        method: "POST",
        body: inviteUserRequest
    })));
}
/**
 * Make another code for an account, whose password was forgotten
 */
export function renewInvitation(userId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: Invitation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users/${encodeURIComponent(userId)}/invitation`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Give a user another role, from the next request on
 */
export function changeRole(userId: string, roleChange: RoleChange, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: User;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users/${encodeURIComponent(userId)}/role`, oazapfts.json({
        ...opts,
        method: "POST",
        body: roleChange
    })));
}
/**
 * Let an account be used no more, from the next request on
 */
export function disableUser(userId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: User;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users/${encodeURIComponent(userId)}/disable`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Let an account be used again
 */
export function enableUser(userId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: User;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users/${encodeURIComponent(userId)}/enable`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Remove an account: name and password go, the login stays taken
 */
export function removeUser(userId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/users/${encodeURIComponent(userId)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * List tokens of the caller, newest first
 */
export function listTokens({ userId, pageSize, pageToken }: {
    userId?: string;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListTokensResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/tokens${QS.query(QS.explode({
        user_id: userId,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Make a token for a program
 */
export function makeToken(makeTokenRequest: MakeTokenRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: MakeTokenResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/tokens", oazapfts.json({
        ...opts,
        method: "POST",
        body: makeTokenRequest
    })));
}
/**
 * Revoke a token, at once and everywhere
 */
export function revokeToken(tokenId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/tokens/${encodeURIComponent(tokenId)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * Sign an address that opens one object for ten minutes
 */
export function addressObject(addressObjectRequest: AddressObjectRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AddressObjectResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/objects/address", oazapfts.json({
        ...opts,
        method: "POST",
        body: addressObjectRequest
    })));
}
/**
 * List assets, newest first or in the order asked for
 */
export function listAssets({ pageSize, pageToken, state, kind, title, source, label, requestedFrom, requestedUntil, orderBy, search }: {
    pageSize?: number;
    pageToken?: string;
    state?: AssetState[];
    kind?: MediaKind[];
    title?: string;
    source?: string;
    label?: string[];
    requestedFrom?: string;
    requestedUntil?: string;
    orderBy?: string;
    search?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListAssetsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        state,
        kind,
        title,
        source,
        label,
        requested_from: requestedFrom,
        requested_until: requestedUntil,
        order_by: orderBy,
        search
    }))}`, {
        ...opts
    }));
}
/**
 * Ask for media to be taken in
 */
export function submitAsset(ingestRequested: IngestRequested, { requestId }: {
    requestId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: SubmitResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets${QS.query(QS.explode({
        request_id: requestId
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: ingestRequested
    })));
}
/**
 * Send a file
 */
export function uploadFile(body: Blob, { fileName, sha256 }: {
    fileName?: string;
    sha256?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: UploadResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/uploads${QS.query(QS.explode({
        file_name: fileName,
        sha256
    }))}`, {
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Everything known about an asset
 */
export function getAsset(assetId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AssetView;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}`, {
        ...opts
    }));
}
/**
 * Remove an asset and everything made from it
 */
export function removeAsset(assetId: string, { reason, ifMatch }: {
    reason?: string;
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: RemoveAssetResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}${QS.query(QS.explode({
        reason
    }))}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Where an asset stands, what it waits for and why
 */
export function explainAsset(assetId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AssetExplanation;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/why`, {
        ...opts
    }));
}
/**
 * Stop the fetch of an asset
 */
export function cancelIngest(assetId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: CancelIngestResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/cancel`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Make everything of an asset anew
 */
export function reprocessAsset(assetId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: ReprocessResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/reprocess`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Everything that happened to an asset
 */
export function listAssetEvents(assetId: string, { pageSize, pageToken, $type, lastEventId }: {
    pageSize?: number;
    pageToken?: string;
    $type?: string[];
    lastEventId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListEventsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/events${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        "type": $type
    }))}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "last-event-id": lastEventId
        })
    }));
}
/**
 * Who is seen when
 */
export function listAssetPeople(assetId: string, { startPts, endPts, pageSize, pageToken }: {
    startPts?: number;
    endPts?: number;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListAssetPeopleResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/people${QS.query(QS.explode({
        start_pts: startPts,
        end_pts: endPts,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Which picture begins when
 */
export function listFrameRuns(assetId: string, { fromPts, pageSize, pageToken }: {
    fromPts?: number;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListFrameRunsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/frames${QS.query(QS.explode({
        from_pts: fromPts,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * The shots in order of time
 */
export function listShots(assetId: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListShotsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/shots${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * The picture that stands for a programme
 */
export function getPoster(assetId: string, { width }: {
    width?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/poster${QS.query(QS.explode({
        width
    }))}`, {
        ...opts
    }));
}
/**
 * Where something is read, said or seen
 */
export function searchArchive(text: string, { kinds, assetIds, pageSize, pageToken }: {
    kinds?: string[];
    assetIds?: string[];
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SearchResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/search${QS.query(QS.explode({
        text,
        kinds,
        asset_ids: assetIds,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * What models saw, read and heard
 */
export function listObservations(assetId: string, { analysers, startPts, endPts, pageSize, pageToken, kinds, labels, chunkIds, classIds, leastScore, text }: {
    analysers?: string[];
    startPts?: number;
    endPts?: number;
    pageSize?: number;
    pageToken?: string;
    kinds?: string[];
    labels?: string[];
    chunkIds?: string[];
    classIds?: string[];
    leastScore?: number;
    text?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListObservationsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/observations${QS.query(QS.explode({
        analysers,
        start_pts: startPts,
        end_pts: endPts,
        page_size: pageSize,
        page_token: pageToken,
        kinds,
        labels,
        chunk_ids: chunkIds,
        class_ids: classIds,
        least_score: leastScore,
        text
    }))}`, {
        ...opts
    }));
}
/**
 * What is said, as captions
 */
export function getTranscript(assetId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/transcript.vtt`, {
        ...opts
    }));
}
/**
 * Stored faces and pictures near to one
 */
export function findSimilar(findSimilarRequest: FindSimilarRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: FindSimilarResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/similar", oazapfts.json({
        ...opts,
        method: "POST",
        body: findSimilarRequest
    })));
}
/**
 * What models see in a picture, and who the faces are
 */
export function analyseImage(body: Blob, { analysers, lane, reason }: {
    analysers?: string[];
    lane?: Lane;
    reason?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AnalyseImageResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/pictures/analyse${QS.query(QS.explode({
        analysers,
        lane,
        reason
    }))}`, {
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Black, held pictures, colour bars, silence and tone
 */
export function listMediaEvents(assetId: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListMediaEventsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/media-events${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Rights of an asset: decisions and statements
 */
export function getRights(assetId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetRightsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/rights`, {
        ...opts
    }));
}
/**
 * The very picture of a moment, out of the original
 */
export function getFrame(assetId: string, { pts, frame, seconds, timecode, width, crop }: {
    pts?: number;
    frame?: number;
    seconds?: number;
    timecode?: string;
    width?: number;
    crop?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/frame${QS.query(QS.explode({
        pts,
        frame,
        seconds,
        timecode,
        width,
        crop
    }))}`, {
        ...opts
    }));
}
/**
 * A playlist of an asset, which grows while it is recorded
 */
export function getPlaylist(assetId: string, name: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/playlist/${encodeURIComponent(name)}`, {
        ...opts
    }));
}
/**
 * Unknown people, the most often seen first
 */
export function listClusters({ pageSize, pageToken, orderBy, series, channels, askedFrom, askedUntil, leastAppearances, includeKnown }: {
    pageSize?: number;
    pageToken?: string;
    orderBy?: string;
    series?: string[];
    channels?: string[];
    askedFrom?: string;
    askedUntil?: string;
    leastAppearances?: number;
    includeKnown?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListClustersResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/clusters${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        order_by: orderBy,
        series,
        channels,
        asked_from: askedFrom,
        asked_until: askedUntil,
        least_appearances: leastAppearances,
        include_known: includeKnown
    }))}`, {
        ...opts
    }));
}
/**
 * One unknown person with all appearances, and who may be the same
 */
export function getCluster(clusterId: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetClusterResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/clusters/${encodeURIComponent(clusterId)}${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * What people decided about an unknown person, newest first
 */
export function listClusterDecisions(clusterId: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListClusterDecisionsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/clusters/${encodeURIComponent(clusterId)}/decisions${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Say that two are the same person
 */
export function mergeClusters(mergeClustersRequest: MergeClustersRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MergeClustersResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/merge", oazapfts.json({
        ...opts,
        method: "POST",
        body: mergeClustersRequest
    })));
}
/**
 * Say that some appearances are somebody else
 */
export function splitCluster(splitClusterRequest: SplitClusterRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SplitClusterResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/split", oazapfts.json({
        ...opts,
        method: "POST",
        body: splitClusterRequest
    })));
}
/**
 * Say that two are not the same person
 */
export function distinguishClusters(distinguishClustersRequest: DistinguishClustersRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DistinguishClustersResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/distinguish", oazapfts.json({
        ...opts,
        method: "POST",
        body: distinguishClustersRequest
    })));
}
/**
 * Say who an unknown person is
 */
export function namePerson(namePersonRequest: NamePersonRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: NamePersonResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/name", oazapfts.json({
        ...opts,
        method: "POST",
        body: namePersonRequest
    })));
}
/**
 * What saying who an unknown person is would touch
 */
export function previewName(namePersonRequest: NamePersonRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PreviewNameResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/name/preview", oazapfts.json({
        ...opts,
        method: "POST",
        body: namePersonRequest
    })));
}
/**
 * Take a decision back
 */
export function undoClusterDecision(undoDecisionRequest: UndoDecisionRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: UndoDecisionResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/clusters/decisions/undo", oazapfts.json({
        ...opts,
        method: "POST",
        body: undoDecisionRequest
    })));
}
/**
 * List samples, oldest first
 */
export function listSamples({ datasetId, states, classId, assetId, pageSize, pageToken, orderBy, decidedBy, claimedBy, question, clusterDecisionId }: {
    datasetId?: string;
    states?: SampleState[];
    classId?: string;
    assetId?: string;
    pageSize?: number;
    pageToken?: string;
    orderBy?: string;
    decidedBy?: string;
    claimedBy?: string;
    question?: boolean;
    clusterDecisionId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListSamplesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/samples${QS.query(QS.explode({
        dataset_id: datasetId,
        states,
        class_id: classId,
        asset_id: assetId,
        page_size: pageSize,
        page_token: pageToken,
        order_by: orderBy,
        decided_by: decidedBy,
        claimed_by: claimedBy,
        question,
        cluster_decision_id: clusterDecisionId
    }))}`, {
        ...opts
    }));
}
/**
 * Propose a region as a sample of a class
 */
export function proposeSample(proposeSampleRequest: ProposeSampleRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: ProposeSampleResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/samples", oazapfts.json({
        ...opts,
        method: "POST",
        body: proposeSampleRequest
    })));
}
/**
 * How many samples wait for review
 */
export function countSamples({ datasetId }: {
    datasetId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CountSamplesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/samples/counts${QS.query(QS.explode({
        dataset_id: datasetId
    }))}`, {
        ...opts
    }));
}
/**
 * One sample with everything that a decision about it rests on
 */
export function getSample(sampleId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetSampleResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/samples/${encodeURIComponent(sampleId)}`, {
        ...opts
    }));
}
/**
 * Take samples for review
 */
export function claimSamples(claimSamplesRequest: ClaimSamplesRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ClaimSamplesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/samples/claim", oazapfts.json({
        ...opts,
        method: "POST",
        body: claimSamplesRequest
    })));
}
/**
 * Give samples back undecided
 */
export function releaseSamples(releaseSamplesRequest: ReleaseSamplesRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ReleaseSamplesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/samples/release", oazapfts.json({
        ...opts,
        method: "POST",
        body: releaseSamplesRequest
    })));
}
/**
 * Decide about samples
 */
export function reviewSamples(reviewSamplesRequest: ReviewSamplesRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ReviewSamplesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/samples/review", oazapfts.json({
        ...opts,
        method: "POST",
        body: reviewSamplesRequest
    })));
}
/**
 * Take decisions back
 */
export function undoReview(undoReviewRequest: UndoReviewRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: UndoReviewResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/samples/undo", oazapfts.json({
        ...opts,
        method: "POST",
        body: undoReviewRequest
    })));
}
/**
 * List classes with their names
 */
export function listClasses({ datasetId, classIds, pageSize, pageToken, name, orderBy, standing, withSamples }: {
    datasetId?: string;
    classIds?: string[];
    pageSize?: number;
    pageToken?: string;
    name?: string;
    orderBy?: string;
    standing?: boolean;
    withSamples?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListClassesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/classes${QS.query(QS.explode({
        dataset_id: datasetId,
        class_ids: classIds,
        page_size: pageSize,
        page_token: pageToken,
        name,
        order_by: orderBy,
        standing,
        with_samples: withSamples
    }))}`, {
        ...opts
    }));
}
/**
 * Make a class in a dataset
 */
export function createClass(datasetClassInput: DatasetClassInput, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: CreateClassResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/classes", oazapfts.json({
        ...opts,
        method: "POST",
        body: datasetClassInput
    })));
}
/**
 * What identity models changed when they went into service, newest first
 */
export function listRecognitionChanges({ classId, pageSize, pageToken }: {
    classId?: string;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListRecognitionChangesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/recognition${QS.query(QS.explode({
        class_id: classId,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * One class with its samples counted
 */
export function getClass(classId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetClassResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/classes/${encodeURIComponent(classId)}`, {
        ...opts
    }));
}
/**
 * Give a class another name, or further ones
 */
export function renameClass(classId: string, renameClassRequest: RenameClassRequest, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: RenameClassResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/classes/${encodeURIComponent(classId)}/rename`, oazapfts.json({
        ...opts,
        method: "POST",
        body: renameClassRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    })));
}
/**
 * Make two classes one
 */
export function mergeClasses(mergeClassesRequest: MergeClassesRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MergeClassesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/classes/merge", oazapfts.json({
        ...opts,
        method: "POST",
        body: mergeClassesRequest
    })));
}
/**
 * Take a merger back
 */
export function undoMerge(classId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: UndoMergeResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/classes/${encodeURIComponent(classId)}/undo-merge`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Where a person is seen in the whole archive, newest programmes first
 */
export function listClassAppearances(classId: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListClassAppearancesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/classes/${encodeURIComponent(classId)}/appearances${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Change rights of an asset, a source or a holder
 */
export function changeRights(rightsChanged: RightsChanged, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: PublishedRightsChange;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/rights", oazapfts.json({
        ...opts,
        method: "POST",
        body: rightsChanged
    })));
}
/**
 * List statements that match nothing, newest first
 */
export function listUnmatchedRights({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListUnmatchedRightsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/unmatched${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * What other house rules would do
 */
export function previewHouseRules(previewHouseRulesRequest: PreviewHouseRulesRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PreviewHouseRulesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/rights/rules/preview", oazapfts.json({
        ...opts,
        method: "POST",
        body: previewHouseRulesRequest
    })));
}
/**
 * What a change of rights would do
 */
export function previewRightsChange(rightsChanged: RightsChanged, { statementsOnly }: {
    statementsOnly?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: RightsPreview;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/preview${QS.query(QS.explode({
        statements_only: statementsOnly
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: rightsChanged
    })));
}
/**
 * Changes of rights, newest first
 */
export function listRightsChanges({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListRightsChangesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/changes${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * What became of a change, fact by fact
 */
export function getRightsChange(changeId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: RightsChangeFate;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/changes/${encodeURIComponent(changeId)}`, {
        ...opts
    }));
}
/**
 * Why samples and assets are withheld: one group a sentence
 */
export function listRefusals({ kind, purpose, pageSize, pageToken }: {
    kind?: string;
    purpose?: Purpose;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListRefusalsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/refusals${QS.query(QS.explode({
        kind,
        purpose,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Holders of rights with what is theirs
 */
export function listContributors({ prefix, pageSize, pageToken }: {
    prefix?: string;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListContributorsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/contributors${QS.query(QS.explode({
        prefix,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Uses and what is owed for them
 */
export function listLedger({ holder, pageSize, pageToken, usedFrom, usedBefore, currency, payModel }: {
    holder?: string;
    pageSize?: number;
    pageToken?: string;
    usedFrom?: string;
    usedBefore?: string;
    currency?: string;
    payModel?: PayModel;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListLedgerResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/ledger${QS.query(QS.explode({
        holder,
        page_size: pageSize,
        page_token: pageToken,
        used_from: usedFrom,
        used_before: usedBefore,
        currency,
        pay_model: payModel
    }))}`, {
        ...opts
    }));
}
/**
 * The ledger as a table
 */
export function exportLedger({ holder, usedFrom, usedBefore, currency, payModel }: {
    holder?: string;
    usedFrom?: string;
    usedBefore?: string;
    currency?: string;
    payModel?: PayModel;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/rights/ledger.csv${QS.query(QS.explode({
        holder,
        used_from: usedFrom,
        used_before: usedBefore,
        currency,
        pay_model: payModel
    }))}`, {
        ...opts
    }));
}
/**
 * Decisions on record, newest first
 */
export function listAudit({ principal, subject, pageSize, pageToken, withReasons }: {
    principal?: string;
    subject?: string;
    pageSize?: number;
    pageToken?: string;
    withReasons?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListAuditResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/audit${QS.query(QS.explode({
        principal,
        subject,
        page_size: pageSize,
        page_token: pageToken,
        with_reasons: withReasons
    }))}`, {
        ...opts
    }));
}
/**
 * The whole log, a line an entry
 */
export function readAudit(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/audit/log", {
        ...opts
    }));
}
/**
 * Check chains, seals and facts
 */
export function verifyAudit(verifyAuditRequest: VerifyAuditRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: VerifyAuditResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/audit/verify", oazapfts.json({
        ...opts,
        method: "POST",
        body: verifyAuditRequest
    })));
}
/**
 * Sign the ends of all chains now
 */
export function sealAudit(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SealAuditResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/audit/seals", {
        ...opts,
        method: "POST"
    }));
}
/**
 * The public keys that seals are checked with
 */
export function getAuditKey(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetAuditKeyResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/audit/key", {
        ...opts
    }));
}
/**
 * List datasets, by id
 */
export function listDatasets({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListDatasetsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/datasets${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * List snapshots, newest first
 */
export function listSnapshots({ datasetId, pageSize, pageToken }: {
    datasetId?: string;
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListSnapshotsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/snapshots${QS.query(QS.explode({
        dataset_id: datasetId,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Publish a snapshot now
 */
export function publishSnapshot(datasetId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: PublishSnapshotResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/datasets/${encodeURIComponent(datasetId)}/snapshots`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Write a snapshot in a format that others read
 */
export function exportSnapshot(snapshotId: string, exportChoice: ExportChoice, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: SnapshotExport;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/snapshots/${encodeURIComponent(snapshotId)}/exports`, oazapfts.json({
        ...opts,
        method: "POST",
        body: exportChoice
    })));
}
/**
 * The analysers at work, and those that are not installed
 */
export function listAnalysers(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListAnalysersResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/analysers", {
        ...opts
    }));
}
/**
 * Models known, and which are in force
 */
export function listModels({ pageSize, pageToken, name, inForce }: {
    pageSize?: number;
    pageToken?: string;
    name?: string;
    inForce?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListModelsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/models${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        name,
        in_force: inForce
    }))}`, {
        ...opts
    }));
}
/**
 * What a model was made from, with the rights it rests on now
 */
export function getModelLineage(name: string, version: string, { pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ModelLineage;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/models/lineage${QS.query(QS.explode({
        name,
        version,
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Take in a model folder
 */
export function importModel(body: Blob, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: UploadModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/import", {
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Examine a model folder, and keep nothing of it
 */
export function tryModel(body: Blob, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: TryModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/try", {
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Choose which version of a model answers and looks
 */
export function useModel(chooseVersionRequest: ChooseVersionRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ChooseVersionResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/use", oazapfts.json({
        ...opts,
        method: "POST",
        body: chooseVersionRequest
    })));
}
/**
 * Let a model look at every programme, or at some
 */
export function enableModel(enableModelRequest: EnableModelRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: EnableModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/enable", oazapfts.json({
        ...opts,
        method: "POST",
        body: enableModelRequest
    })));
}
/**
 * Let a model look no more, at some programmes or at all
 */
export function disableModel(disableModelRequest: DisableModelRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DisableModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/disable", oazapfts.json({
        ...opts,
        method: "POST",
        body: disableModelRequest
    })));
}
/**
 * Remove a model that was taken in, or one version of it
 */
export function removeModel(removeModelRequest: RemoveModelRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: RemoveModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/models/remove", oazapfts.json({
        ...opts,
        method: "POST",
        body: removeModelRequest
    })));
}
/**
 * List training runs, newest first
 */
export function listRuns({ datasetId, pageSize, pageToken, state }: {
    datasetId?: string;
    pageSize?: number;
    pageToken?: string;
    state?: RunState[];
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListRunsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/runs${QS.query(QS.explode({
        dataset_id: datasetId,
        page_size: pageSize,
        page_token: pageToken,
        state
    }))}`, {
        ...opts
    }));
}
/**
 * Start a training run by hand
 */
export function startRun(trainingRequested: TrainingRequested, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: StartTrainingResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/runs", oazapfts.json({
        ...opts,
        method: "POST",
        body: trainingRequested
    })));
}
/**
 * What a run would learn from, and what speaks against it
 */
export function previewRun(trainingRequested: TrainingRequested, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PreviewTrainingResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/runs/preview", oazapfts.json({
        ...opts,
        method: "POST",
        body: trainingRequested
    })));
}
/**
 * One run with what it measured so far
 */
export function getRun(runId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetRunResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/runs/${encodeURIComponent(runId)}`, {
        ...opts
    }));
}
/**
 * One run while it goes on
 */
export function watchRun(runId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/runs/${encodeURIComponent(runId)}/changes`, {
        ...opts
    }));
}
/**
 * Stop a run that has not ended
 */
export function cancelRun(runId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CancelRunResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/runs/${encodeURIComponent(runId)}/cancel`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Models that wait for a person, and those in service
 */
export function listCandidates({ name, pageSize, pageToken, inService }: {
    name?: string;
    pageSize?: number;
    pageToken?: string;
    inService?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListCandidatesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/candidates${QS.query(QS.explode({
        name,
        page_size: pageSize,
        page_token: pageToken,
        in_service: inService
    }))}`, {
        ...opts
    }));
}
/**
 * Put a candidate into service
 */
export function promoteCandidate(promoteRequest: PromoteRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PromoteResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/candidates/promote", oazapfts.json({
        ...opts,
        method: "POST",
        body: promoteRequest
    })));
}
/**
 * Put the version before back into service
 */
export function rollBackModel(rollbackRequest: RollbackRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: RollbackResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/candidates/rollback", oazapfts.json({
        ...opts,
        method: "POST",
        body: rollbackRequest
    })));
}
/**
 * Hold a candidate back until somebody releases it
 */
export function holdCandidate(holdModelRequest: HoldModelRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: HoldModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/candidates/hold", oazapfts.json({
        ...opts,
        method: "POST",
        body: holdModelRequest
    })));
}
/**
 * Release a candidate that was held back
 */
export function releaseCandidate(releaseModelRequest: ReleaseModelRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ReleaseModelResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/candidates/release", oazapfts.json({
        ...opts,
        method: "POST",
        body: releaseModelRequest
    })));
}
/**
 * The bytes of an object of an asset: original, proxy, playlist, pictures, sound
 */
export function readAssetObject(assetId: string, key: string, { range, ifRange }: {
    range?: string;
    ifRange?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 206;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 416;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/assets/${encodeURIComponent(assetId)}/objects/${encodeURIComponent(key)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            range,
            "if-range": ifRange
        })
    }));
}
/**
 * The bytes of a crop of a sample
 */
export function readSampleObject(sampleId: string, key: string, { range, ifRange }: {
    range?: string;
    ifRange?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 206;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 416;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/samples/${encodeURIComponent(sampleId)}/objects/${encodeURIComponent(key)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            range,
            "if-range": ifRange
        })
    }));
}
/**
 * The bytes of the manifest, a table or an export of a snapshot
 */
export function readSnapshotObject(snapshotId: string, key: string, { range, ifRange }: {
    range?: string;
    ifRange?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 206;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 416;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/snapshots/${encodeURIComponent(snapshotId)}/objects/${encodeURIComponent(key)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            range,
            "if-range": ifRange
        })
    }));
}
/**
 * The bytes of the graph, the manifest or the card of a model
 */
export function readModelObject(name: string, version: string, key: string, { range, ifRange }: {
    range?: string;
    ifRange?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 206;
        data: Blob;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 416;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/models/${encodeURIComponent(name)}/${encodeURIComponent(version)}/objects/${encodeURIComponent(key)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            range,
            "if-range": ifRange
        })
    }));
}
/**
 * Have a person, an asset or a holder of rights forgotten
 */
export function requestErasure(requestErasureRequest: RequestErasureRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: RequestErasureResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/erasures", oazapfts.json({
        ...opts,
        method: "POST",
        body: requestErasureRequest
    })));
}
/**
 * List erasures, newest first
 */
export function listErasures({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListErasuresResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/erasures${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Which services have forgotten, and how many things
 */
export function getErasure(erasureId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Erasure;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/erasures/${encodeURIComponent(erasureId)}`, {
        ...opts
    }));
}
/**
 * Everything that happens in the mesh
 */
export function listEvents({ pageSize, pageToken, $type, assetId, service, after, newestFirst, lastEventId }: {
    pageSize?: number;
    pageToken?: string;
    $type?: string[];
    assetId?: string;
    service?: string;
    after?: string;
    newestFirst?: boolean;
    lastEventId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListEventsResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 410;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/events${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        "type": $type,
        asset_id: assetId,
        service,
        after,
        newest_first: newestFirst
    }))}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "last-event-id": lastEventId
        })
    }));
}
/**
 * How much waits for people
 */
export function getCounts({ since }: {
    since?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Counts;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/counts${QS.query(QS.explode({
        since
    }))}`, {
        ...opts
    }));
}
/**
 * Six services, what they are behind, what was given up and what stopped itself
 */
export function getMesh(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MeshView;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh", {
        ...opts
    }));
}
/**
 * What was given up, with the reason and the record
 */
export function listDeadLetters({ pageSize, pageToken, group, code, $type, assetId, state, since }: {
    pageSize?: number;
    pageToken?: string;
    group?: string;
    code?: string;
    $type?: string;
    assetId?: string;
    state?: DeadLetterState[];
    since?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListDeadLettersResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/mesh/dead-letters${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        group,
        code,
        "type": $type,
        asset_id: assetId,
        state,
        since
    }))}`, {
        ...opts
    }));
}
/**
 * Send dead letters again to the topics they came from
 */
export function replayDeadLetters(replayDeadLettersRequest: ReplayDeadLettersRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ReplayDeadLettersResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh/dead-letters/replay", oazapfts.json({
        ...opts,
        method: "POST",
        body: replayDeadLettersRequest
    })));
}
/**
 * Say of dead letters that they need no replay
 */
export function discardDeadLetters(discardDeadLettersRequest: DiscardDeadLettersRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DiscardDeadLettersResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh/dead-letters/discard", oazapfts.json({
        ...opts,
        method: "POST",
        body: discardDeadLettersRequest
    })));
}
/**
 * Let a stage go on at once that stopped itself
 */
export function resumeStage(resumeStageRequest: ResumeStageRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ResumeStageResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh/breakers/resume", oazapfts.json({
        ...opts,
        method: "POST",
        body: resumeStageRequest
    })));
}
/**
 * How much every process logs and traces
 */
export function listTelemetry(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListTelemetryResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh/telemetry", {
        ...opts
    }));
}
/**
 * Change how much processes log and trace while they run
 */
export function changeTelemetry(changeTelemetryRequest: ChangeTelemetryRequest, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListTelemetryResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/mesh/telemetry", oazapfts.json({
        ...opts,
        method: "POST",
        body: changeTelemetryRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    })));
}
/**
 * Let a model or an analyser look at the archive again
 */
export function startReanalysis(startReanalysisRequest: StartReanalysisRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: StartReanalysisResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/reanalyses", oazapfts.json({
        ...opts,
        method: "POST",
        body: startReanalysisRequest
    })));
}
/**
 * List campaigns, newest first
 */
export function listReanalyses({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListReanalysesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/reanalyses${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * What that would look at, and how long it would take
 */
export function estimateReanalysis(estimateReanalysisRequest: EstimateReanalysisRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: EstimateReanalysisResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/reanalyses/estimate", oazapfts.json({
        ...opts,
        method: "POST",
        body: estimateReanalysisRequest
    })));
}
/**
 * How far a campaign has come, and what it changed
 */
export function getReanalysis(reanalysisId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: GetReanalysisResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/reanalyses/${encodeURIComponent(reanalysisId)}`, {
        ...opts
    }));
}
/**
 * Stop a campaign for now
 */
export function pauseReanalysis(reanalysisId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PauseReanalysisResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/reanalyses/${encodeURIComponent(reanalysisId)}/pause`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Let a paused campaign go on
 */
export function resumeReanalysis(reanalysisId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ResumeReanalysisResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/reanalyses/${encodeURIComponent(reanalysisId)}/resume`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * End a campaign; what it has seen stays
 */
export function cancelReanalysis(reanalysisId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CancelReanalysisResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/reanalyses/${encodeURIComponent(reanalysisId)}/cancel`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * List webhooks, newest first
 */
export function listWebhooks({ pageSize, pageToken }: {
    pageSize?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListWebhooksResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken
    }))}`, {
        ...opts
    }));
}
/**
 * Have events sent to an address
 */
export function createWebhook(createWebhookRequest: CreateWebhookRequest, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: WebhookSecret;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/v1/webhooks", oazapfts.json({
        ...opts,
        method: "POST",
        body: createWebhookRequest
    })));
}
/**
 * One webhook
 */
export function getWebhook(webhookId: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Webhook;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}`, {
        ...opts
    }));
}
/**
 * Change, pause or resume a webhook
 */
export function updateWebhook(webhookId: string, webhookChange: WebhookChange, { expectedRevision, ifMatch }: {
    expectedRevision?: number;
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Webhook;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}${QS.query(QS.explode({
        expected_revision: expectedRevision
    }))}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: webhookChange,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    })));
}
/**
 * Take a webhook away, with its deliveries
 */
export function deleteWebhook(webhookId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DeleteWebhookResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Give a webhook another secret
 */
export function rotateWebhookSecret(webhookId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: WebhookSecret;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}/secret`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * Send an event of no meaning at once, and say what came of it
 */
export function testWebhook(webhookId: string, { ifMatch }: {
    ifMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: TestWebhookResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 412;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}/test`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "if-match": ifMatch
        })
    }));
}
/**
 * What became of deliveries, newest first
 */
export function listWebhookDeliveries(webhookId: string, { pageSize, pageToken, state }: {
    pageSize?: number;
    pageToken?: string;
    state?: DeliveryState[];
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ListWebhookDeliveriesResponse;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries${QS.query(QS.explode({
        page_size: pageSize,
        page_token: pageToken,
        state
    }))}`, {
        ...opts
    }));
}
/**
 * Put deliveries in line again
 */
export function replayWebhookDeliveries(webhookId: string, webhookReplay: WebhookReplay, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ReplayWebhookDeliveriesResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 414;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 431;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries/replay`, oazapfts.json({
        ...opts,
        method: "POST",
        body: webhookReplay
    })));
}
