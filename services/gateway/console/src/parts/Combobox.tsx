import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useShellWords } from "../words/shell";
import { Crop } from "./Crop";
import "./Combobox.css";
import "./fields.css";

/** Something that what is written may mean. */
export interface Offer {
  key: string;
  text: string;
  /** A few words at its end, such as how often somebody was accepted. */
  note?: string;
  /** A picture before it, or an icon; "" keeps the place of a picture that is not there. */
  picture?: string | undefined;
  icon?: ReactNode;
}

export interface ComboboxProps<O extends Offer> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  offers: readonly O[];
  /** The offers are those of what was written before: Enter waits for the new ones. */
  old?: boolean;
  onTake: (offer: O) => void;
  /** Enter while no offer is marked. */
  onWritten?: () => void;
  /** The first offer is marked from the start. */
  eager?: boolean;
  /** Offers lie over what follows, as long as the field has the focus; else they have their place below it. */
  over?: boolean;
  /** Escape leaves the field, where nothing else of it would. */
  leaves?: boolean;
  help?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  autoFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
  /** A button beside the field. */
  children?: ReactNode;
}

/**
 * A field that offers what is meant while somebody writes; what is written may stand, too. Up and Down mark an
 * offer, Enter takes it, Escape closes a list that lies over the page. React Aria's ComboBox was considered: it
 * hides everything else from screen readers while its list is open, and here what a name would do stands below.
 */
export function Combobox<O extends Offer>(props: ComboboxProps<O>) {
  const { label, value, onChange, offers, help, error, over = false, children } = props;
  const words = useShellWords();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useImperativeHandle<HTMLInputElement | null, HTMLInputElement | null>(props.inputRef, () => field.current);
  useLayoutEffect(() => {
    if (props.autoFocus) field.current?.focus();
  }, [props.autoFocus]);
  const { at, open, take, keys, write, show, hide } = useMarked(props);
  const shown = open && offers.length > 0;
  const described = [help !== undefined && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={`${id}-field`}>{label}</label>
      <div className="combobox">
        <div className="row">
          <input
            id={`${id}-field`}
            ref={field}
            className="input"
            value={value}
            onChange={({ target }) => {
              write();
              onChange(target.value);
            }}
            onKeyDown={keys}
            onFocus={show}
            onBlur={hide}
            placeholder={props.placeholder}
            autoComplete="off"
            maxLength={300}
            dir="auto"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={shown}
            aria-controls={shown ? `${id}-offers` : undefined}
            aria-describedby={described || undefined}
            aria-invalid={error ? true : undefined}
            data-invalid={error ? true : undefined}
            aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
          />
          {children}
        </div>
        {shown && (
          <div
            role="listbox"
            id={`${id}-offers`}
            aria-label={words.offers}
            className={over ? "offers offers-over" : "offers"}
          >
            {offers.map((offer, place) => (
              <Offered key={offer.key} id={`${id}-${place}`} offer={offer} marked={place === at} onTake={take} />
            ))}
          </div>
        )}
      </div>
      {help !== undefined && (
        <span id={`${id}-help`} className="field-help">
          {help}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} className="field-error" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

/** Which offer is marked, whether the list is open, and what keys do. */
function useMarked<O extends Offer>(props: ComboboxProps<O>) {
  const { offers, onTake, onWritten, old = false, eager = false, over = false, leaves = false } = props;
  const least = eager ? 0 : -1;
  const [marked, setMarked] = useState(least);
  const [shown, setShown] = useState(!over);
  const [due, setDue] = useState(false);
  const at = Math.min(marked, offers.length - 1);
  const take = (offer: O) => {
    if (over) setShown(false);
    onTake(offer);
  };
  const enter = () => {
    const offer = shown ? offers[at] : undefined;
    if (offer !== undefined) take(offer);
    else onWritten?.();
  };
  const later = useRef(enter);
  later.current = enter;
  useEffect(() => {
    if (!due || old) return;
    setDue(false);
    later.current();
  }, [due, old]);
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setShown(true);
      if (event.key === "ArrowUp") setMarked(Math.max(at - 1, least));
      else if (shown) setMarked(Math.min(at + 1, offers.length - 1));
    } else if (event.key === "Enter") {
      if (event.repeat) return;
      if (old && eager) setDue(true);
      else enter();
    } else if (event.key === "Escape" && over && shown && offers.length > 0) {
      setShown(false);
      event.stopPropagation();
    } else if (event.key === "Escape" && leaves) event.currentTarget.blur();
    else return;
    event.preventDefault();
  };
  const write = () => {
    setMarked(least);
    setDue(false);
    setShown(true);
  };
  const hide = () => setShown(!over);
  return { at, open: shown, take, keys, write, show: () => setShown(true), hide };
}

function Offered<O extends Offer>({
  id,
  offer,
  marked,
  onTake,
}: {
  id: string;
  offer: O;
  marked: boolean;
  onTake: (offer: O) => void;
}) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (marked) line.current?.scrollIntoView({ block: "nearest" });
  }, [marked]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
    <div
      ref={line}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      className="offer"
      // The field keeps the focus, and a list over the page its place.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onTake(offer)}
    >
      {offer.icon}
      {offer.picture !== undefined && <Crop src={offer.picture} alt="" width={28} height={28} fit="cover" />}
      <span className="one-line">{offer.text}</span>
      {offer.note && <span className="small soft one-line offer-note">{offer.note}</span>}
    </div>
  );
}
