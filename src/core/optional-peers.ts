/** The modules that are installed beside the package by who needs them, in the versions that package.json names. */
export const OPTIONAL_PEERS = { litesvm: '^1.5.0', 'sodium-native': '^5.1.0', ws: '^8.18.0' } as const;

/** The command that installs one of them. */
export function getInstallCommand(name: keyof typeof OPTIONAL_PEERS): string {
    return `npm install ${name}@"${OPTIONAL_PEERS[name]}"`;
}
