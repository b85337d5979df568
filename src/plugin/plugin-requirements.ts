import type {
    ClientWithPayer,
    ClientWithRpc,
    ClientWithTransactionPlanning,
    ClientWithTransactionSending,
    GetAccountInfoApi,
    GetMultipleAccountsApi,
    GetProgramAccountsApi,
    GetSlotApi,
} from '@solana/kit';

import type { ClientWithDeployment } from '../revision/deployment';

/** The client that the plugin needs. */
export type PaymentChannelsPluginRequirements = ClientWithPayer &
    ClientWithRpc<GetAccountInfoApi & GetMultipleAccountsApi & GetProgramAccountsApi & GetSlotApi> &
    ClientWithTransactionPlanning &
    ClientWithTransactionSending &
    Partial<ClientWithDeployment>;
