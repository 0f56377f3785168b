import { Check, ChevronDown, Search, X } from "lucide-react";
import type { ReactNode, Ref } from "react";
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  SearchField as AriaSearchField,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  type CheckboxProps,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Radio,
  RadioGroup,
  type SearchFieldProps,
  Select,
  type SelectProps,
  SelectValue,
  type SwitchProps,
  Text,
  TextArea,
} from "react-aria-components";
import { useShellWords } from "../words/shell";
import "./fields.css";

interface Said {
  label: string;
  /** What helps to fill it in. */
  help?: ReactNode;
  /** What is wrong with it; empty where nothing is. */
  error?: string | undefined;
}

export interface TextFieldProps extends Omit<AriaTextFieldProps, "children" | "className"> {
  /** Lines of text; 1 unless set. */
  lines?: number;
  placeholder?: string;
  inputRef?: Ref<HTMLInputElement>;
}

/** Text with its label above it. */
export function TextField({ label, help, error, lines = 1, placeholder, inputRef, ...rest }: TextFieldProps & Said) {
  return (
    <AriaTextField {...rest} className="field" isInvalid={Boolean(error)}>
      <Label>{label}</Label>
      {lines > 1 ? (
        <TextArea className="input" rows={lines} placeholder={placeholder} dir="auto" />
      ) : (
        <Input className="input" placeholder={placeholder} dir="auto" ref={inputRef} />
      )}
      <Below help={help} error={error} />
    </AriaTextField>
  );
}

function Below({ help, error }: Omit<Said, "label">) {
  return (
    <>
      {help !== undefined && (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      {error && (
        <Text slot="errorMessage" className="field-error" role="alert">
          {error}
        </Text>
      )}
    </>
  );
}

/** A field to search in a list; its label is read, not shown. `/` goes there where it is the page's. */
export function SearchField({
  label,
  placeholder,
  inputRef,
  ...rest
}: SearchFieldProps & { label: string; placeholder?: string; inputRef?: Ref<HTMLInputElement> }) {
  const words = useShellWords();
  return (
    <AriaSearchField {...rest} aria-label={label} className="search">
      <Search aria-hidden="true" />
      <Input className="input" placeholder={placeholder ?? label} dir="auto" ref={inputRef} data-search="" />
      <AriaButton className="search-clear" aria-label={words.clear}>
        <X aria-hidden="true" />
      </AriaButton>
    </AriaSearchField>
  );
}

export interface Choice<V extends string> {
  value: V;
  label: string;
  /** Something beside the word, such as a badge. */
  before?: ReactNode;
}

/** One of a few choices, in a list that opens. */
export function Choose<V extends string>({
  label,
  choices,
  value,
  onChange,
  labelHidden = false,
  error,
  help,
  ...rest
}: Omit<SelectProps<object>, "children" | "className" | "onChange" | "value" | "selectedKey" | "onSelectionChange"> &
  Said & {
    choices: readonly Choice<V>[];
    value: V;
    onChange: (value: V) => void;
    labelHidden?: boolean;
  }) {
  return (
    <Select
      {...rest}
      className="field"
      isInvalid={Boolean(error)}
      value={value}
      onChange={(key) => onChange(String(key) as V)}
      {...(labelHidden ? { "aria-label": label } : {})}
    >
      {!labelHidden && <Label>{label}</Label>}
      <AriaButton className="input choose">
        <SelectValue className="one-line" />
        <ChevronDown aria-hidden="true" />
      </AriaButton>
      <Below help={help} error={error} />
      <Popover className="popover" offset={4}>
        <ListBox className="choices" items={choices.map((one) => ({ ...one, id: one.value }))}>
          {(one) => (
            <ListBoxItem className="choice" textValue={one.label}>
              <Check className="choice-mark" aria-hidden="true" />
              {one.before}
              <span className="foreign">{one.label}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** One of a few choices that stand side by side. */
export function Radios<V extends string>({
  label,
  choices,
  value,
  onChange,
  error,
  help,
}: Said & { choices: readonly Choice<V>[]; value: V; onChange: (value: V) => void }) {
  return (
    <RadioGroup className="field" value={value} onChange={(next) => onChange(next as V)} isInvalid={Boolean(error)}>
      <Label>{label}</Label>
      <div className="radios">
        {choices.map((one) => (
          <Radio key={one.value} value={one.value} className="radio">
            <span className="radio-mark" aria-hidden="true" />
            {one.label}
          </Radio>
        ))}
      </div>
      <Below help={help} error={error} />
    </RadioGroup>
  );
}

/** A box to tick. */
export function Checkbox({
  children,
  ...rest
}: Omit<CheckboxProps, "children" | "className"> & { children: ReactNode }) {
  return (
    <AriaCheckbox {...rest} className="checkbox">
      <span className="checkbox-mark" aria-hidden="true">
        <Check />
      </span>
      {children}
    </AriaCheckbox>
  );
}

/** What is on or off at once, without a button to save. */
export function Switch({ children, ...rest }: Omit<SwitchProps, "children" | "className"> & { children: ReactNode }) {
  return (
    <AriaSwitch {...rest} className="switch">
      <span className="switch-mark" aria-hidden="true" />
      {children}
    </AriaSwitch>
  );
}
