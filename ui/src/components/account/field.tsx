import { Eye, EyeOff } from 'lucide-react';
import { createContext, use, useId, useState } from 'react';

/** Which field of the form is wrong, and where that is said. */
export const FormProblem = createContext<{ field: string | undefined; textId: string }>({ field: undefined, textId: '' });

interface FieldProps {
  /** Of the field in its form, and for tests. */
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  maxLength: number;
  value: string;
  onChange: (value: string) => void;
}

export function Field({ name, label, hint, type = 'text', autoComplete, maxLength, value, onChange }: FieldProps) {
  const id = useId();
  const problem = use(FormProblem);
  const [shown, setShown] = useState(false);
  const isSecret = type === 'password';
  const isWrong = problem.field === name;
  const describedBy = [hint === undefined ? '' : `${id}-hint`, isWrong ? problem.textId : ''].filter(Boolean).join(' ');
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium text-soft">{label}</label>
      <div className="relative">
        <input
          id={id}
          name={name}
          type={isSecret && shown ? 'text' : type}
          data-testid={name}
          className={isSecret ? 'field pr-13' : 'field'}
          value={value}
          maxLength={maxLength}
          autoComplete={autoComplete}
          autoCapitalize={type === 'text' ? 'words' : 'none'}
          spellCheck={false}
          required
          aria-invalid={isWrong}
          aria-describedby={describedBy === '' ? undefined : describedBy}
          onChange={(event) => onChange(event.target.value)}
        />
        {isSecret && (
          <button
            type="button"
            aria-label={`Show: ${label}`}
            title={shown ? 'Hide it' : 'Show it'}
            aria-pressed={shown}
            data-testid={`show-${name}`}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 grid w-12 place-items-center rounded-r-[0.875rem] text-soft hover:text-text"
          >
            {shown ? <EyeOff className="size-5" aria-hidden /> : <Eye className="size-5" aria-hidden />}
          </button>
        )}
      </div>
      {hint !== undefined && <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">{hint}</p>}
    </div>
  );
}

export const kEmailLimit = 254;
export const kNameLimit = 64;
/** In bytes at the server; more letters than anybody types. */
export const kPasswordLimit = 1024;
export const kPasswordHint = 'At least 8 characters. Several words are good.';
