/** The most channels, or parties, of a scenario: more than that takes hours. */
export const MAX_CHANNELS = 10_000;
