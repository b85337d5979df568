import { OPEN_SLOT_WINDOW } from '../../../generated/epoch';
import { refuseInput, toAddress, toU64 } from '../../core/input';
import { assertIsInWindow, chooseInWindow } from '../open-slot-window';
import type { OpenReading, OpenTerms } from '../parts';
import type { EpochTypes } from './types';

// Terms that payer and operator agree on in this revision only: the slot of opening, and who pays the rent.

export const AGREEMENT_MEMBERS: OpenReading['agreementMembers'] = {
    currentSlot: true,
    landingSlots: true,
    openSlot: 'given',
    rentLamports: true,
    rentPayer: true,
};

/** As long as a blockhash lasts. */
const DEFAULT_LANDING_SLOTS = 150n;

export const toTerms: OpenReading['toTerms'] = (agreement, { operator, payer }): OpenTerms => {
    const given = agreement as EpochTypes['openAgreement'];
    const currentSlot = toU64('agreement.currentSlot', given.currentSlot);
    const { landingSlots = DEFAULT_LANDING_SLOTS, rentLamports = 0n, rentPayer: rentPayerInput = payer } = given;
    const rentPayer = toAddress('agreement.rentPayer', rentPayerInput);
    if (rentPayer === operator && given.rentLamports === undefined) {
        const expected = 'what the operator pays as rent, in lamports';
        refuseInput('agreement.rentLamports', expected, undefined, 'AGREEMENT_INVALID');
    }
    const rent = Object.freeze({ lamports: toU64('agreement.rentLamports', rentLamports), payer: rentPayer });
    const min = chooseInWindow({ currentSlot, landingSlots }, OPEN_SLOT_WINDOW);
    if (given.openSlot === undefined) return { openSlot: Object.freeze({ max: currentSlot, min }), rent };
    const openSlot = toU64('agreement.openSlot', given.openSlot);
    assertIsInWindow({ currentSlot, landingSlots, openSlot }, OPEN_SLOT_WINDOW);
    return { openSlot: Object.freeze({ max: openSlot, min: openSlot }), rent };
};
