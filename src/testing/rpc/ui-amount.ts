/** An amount of a token as nodes write it: in base units, and as people read it. */
export function toUiTokenAmount(amount: bigint, decimals: number) {
    const digits = amount.toString().padStart(decimals + 1, '0');
    const [whole, fraction] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)];
    const uiAmountString = `${whole}.${fraction}`.replace(/\.?0*$/, '');
    return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}
