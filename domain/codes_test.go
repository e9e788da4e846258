package domain_test

import (
	"slices"
	"testing"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/domain/match"
	"github.com/foldstream/foldstream/domain/org"
	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/domain/room"
	"github.com/foldstream/foldstream/domain/team"
	"github.com/foldstream/foldstream/domain/tournament"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/es"
)

// TestCodes pins the codes of refusals, which clients go by.
func TestCodes(t *testing.T) {
	codes := map[string][]*es.Rejection{
		"EmailTaken": {identity.ErrEmailTaken}, "AccountAlreadyExists": {identity.ErrAccountExists}, "NoSuchAccount": {identity.ErrNoSuchAccount},
		"InvalidLogin": {identity.ErrInvalidLogin, account.ErrInvalidLogin}, "TooManyTries": {identity.ErrTooManyTries, account.ErrTooManyTries},
		"RepeatedLogin": {identity.ErrRepeatedLogin, account.ErrRepeatedLogin}, "OwnRole": {identity.ErrOwnRole},

		"NoSuchUser": {user.ErrNoSuchUser}, "UserAlreadyExists": {user.ErrUserExists}, "NotYours": {user.ErrNotYours, player.ErrNotYours},
		"TooManyMatches": {user.ErrTooManyMatches},

		"NoSuchMatch": {match.ErrNoSuchMatch}, "MatchAlreadyExists": {match.ErrMatchExists}, "NotCreator": {match.ErrNotCreator},
		"NotAPlayer": {match.ErrNotAPlayer}, "AlreadyJoined": {match.ErrAlreadyJoined}, "MatchFull": {match.ErrMatchFull},
		"NotStarted": {match.ErrNotStarted}, "AlreadyStarted": {match.ErrAlreadyStarted}, "MatchCancelled": {match.ErrMatchCancelled},
		"MatchIsOver": {match.ErrMatchIsOver}, "NotYourTurn": {match.ErrNotYourTurn}, "LineTaken": {match.ErrLineTaken},
		"OutOfBounds": {match.ErrOutOfBounds},

		"NoSuchOtp": {otp.ErrNoSuchOTP}, "OtpExpired": {otp.ErrExpired}, "OtpUsed": {otp.ErrUsed}, "OtpTooManyTries": {otp.ErrTooManyTries},
		"WrongCode": {otp.ErrWrongCode}, "OtpRequestedJustNow": {otp.ErrRequestedJustNow}, "RepeatedVerification": {otp.ErrRepeated},
		"NoSuchOrg": {org.ErrNoSuchOrg}, "OrgAlreadyExists": {org.ErrOrgExists}, "NotYourOrg": {org.ErrNotYours},
		"NotYourSignIns": {org.ErrNotYourSignIns},

		"UsernameTaken": {account.ErrUsernameTaken}, "NoLivesLeft": {player.ErrNoLivesLeft}, "AmountNotOffered": {player.ErrAmountNotOffered},
		"NoSuchRoom": {room.ErrNoSuchRoom}, "RoomAlreadyExists": {room.ErrRoomExists}, "RoomClosed": {room.ErrRoomClosed},
		"NotInRoom": {room.ErrNotInRoom}, "PlayerDown": {room.ErrPlayerDown},

		"NotOwner": {team.ErrNotOwner}, "PlayerAlreadyAdded": {team.ErrPlayerAlreadyAdded}, "TeamNotAvailable": {team.ErrTeamNotAvailable},
		"TooManyPlayers": {team.ErrTooManyPlayers}, "NotOrganiser": {tournament.ErrNotOrganiser},
		// These twelve are the seed's own names.
		"TeamDoesNotExist": {team.ErrTeamDoesNotExist}, "TeamAlreadyExists": {team.ErrTeamAlreadyExists},
		"TournamentDoesNotExist": {tournament.ErrTournamentDoesNotExist}, "TournamentAlreadyExists": {tournament.ErrTournamentAlreadyExists},
		"TeamAlreadyAdded": {tournament.ErrTeamAlreadyAdded}, "TournamentFull": {tournament.ErrTournamentFull},
		"NotEnoughTeams": {tournament.ErrNotEnoughTeams}, "TournamentNotStarted": {tournament.ErrTournamentNotStarted},
		"MatchDoesNotExist": {tournament.ErrMatchDoesNotExist}, "MatchAlreadyPlayed": {tournament.ErrMatchAlreadyPlayed},
		"DrawNotAllowed": {tournament.ErrDrawNotAllowed}, "TournamentAlreadyStarted": {tournament.ErrTournamentAlreadyStarted},

		"NoSuchWallet": {wallet.ErrNoSuchWallet}, "WalletAlreadyExists": {wallet.ErrWalletExists}, "NotYourWallet": {wallet.ErrNotYourWallet},
		"WalletClosed": {wallet.ErrWalletClosed}, "InsufficientFunds": {wallet.ErrInsufficientFunds}, "BalanceTooLarge": {wallet.ErrBalanceTooLarge},
		"SameWallet": {wallet.ErrSameWallet}, "TooManyTransfers": {wallet.ErrTooManyTransfers}, "WalletNotEmpty": {wallet.ErrWalletNotEmpty},
		"TransfersUnderWay": {wallet.ErrTransfersUnderWay}, "CurrencyMismatch": {wallet.ErrCurrencyMismatch}, "TransferExpired": {wallet.ErrTransferExpired},
	}
	kinds := []es.Kind{es.KindInvalid, es.KindUnauthenticated, es.KindForbidden, es.KindNotFound, es.KindConflict, es.KindTooMany}
	for code, refusals := range codes {
		for _, refusal := range refusals {
			if refusal.Code != code || refusal.Detail == "" || !slices.Contains(kinds, refusal.Kind) || refusal.Kind != refusals[0].Kind {
				t.Errorf("the refusal %s is %+v", code, refusal)
			}
		}
	}
}
