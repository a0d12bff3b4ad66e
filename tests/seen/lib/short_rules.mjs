// The rules of deploy/prometheus as they are, at a pace of seconds: each `for:` and each window in
// brackets is cut, nothing else is touched. What an alert asks stays what it asks.
export const kFor = '1s';
export const kWindow = '20s';

export function shortRules(text) {
  return text.replaceAll(/^(\s+)for: \d+(s|m|h)$/gm, `$1for: ${kFor}`)
    .replaceAll(/\[\d+(s|m|h)\]/g, `[${kWindow}]`)
    .replaceAll('interval: 10s', 'interval: 1s');
}

// The names of all alerts, in the order of the file.
export const alertNames = (text) => [...text.matchAll(/^\s+- alert: (\w+)$/gm)].map(([, name]) => name);
