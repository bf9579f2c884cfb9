// What a run and a strategy in another process say to each other, as bytes. The run calls, and until the strategy says
// that the call has returned it answers what is asked; nothing is said unasked. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/strategy/parameters.hpp"
#include "acts/strategy/registry.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/decisions/decision.hpp"
#include "backtest/decisions/value_form.hpp"

namespace acts::backtest {

// Of one message; more ends the run.
inline constexpr std::size_t kMostMessageBytes = std::size_t{64} << 20U;
// Of one look at a book; more ends the run.
inline constexpr std::size_t kMostAskedLevels = std::size_t{1} << 20U;
inline constexpr std::size_t kMostParameterBytes = std::size_t{1} << 20U;

// The first byte of a message of the run.
enum class RunMessage : std::uint8_t {
  kMake,      // MakeStrategy; answered with kMade
  kCall,      // StrategyCall; answered with kReturned, after as many kAsk as there are
  kAnswer,    // to kAsk
  kSave,      // answered with kSaved
  kRestore,   // the state; answered with kReturned
  kDescribe,  // as kMake, whose parameters do not count: nothing is made; answered with kDescribed
};

// The first byte of a message of the strategy's process. kFailed may stand for any answer.
enum class HostMessage : std::uint8_t {
  kMade,       // MadeStrategy
  kAsk,        // AskKind and its values
  kReturned,   // nothing
  kSaved,      // the state
  kFailed,     // an error: its code and message
  kDescribed,  // DescribedStrategy
};

// What a strategy asks its context within a call. Of the timers nothing comes back.
enum class AskKind : std::uint8_t {
  kBookScales,
  kBest,
  kLevels,
  kQuantityAt,
  kCovers,
  kLastTrade,
  kFundingRate,
  kPosition,
  kPositionValue,
  kOpenOrders,
  kPlace,
  kModify,
  kCancel,
  kSetTimer,
  kStopTimer,
  kPlaceOco,
};

struct MakeStrategy {
  std::string library = {};  // empty: one of acts
  std::string name = {};
  std::vector<GivenParameter> parameters = {};
  std::uint64_t most_memory = 0;  // bytes of its process; 0: as many as there are
  bool bans_files = false;        // its process may open nothing from when it is made on (file_ban.hpp)
};

struct MadeStrategy {
  std::string name = {};
  std::map<std::string, std::string> parameters = {};  // canonical
  Wants wants = {};
  StrategyNeeds needs = {};
};

// What is known of a strategy before one is made.
struct DescribedStrategy {
  std::string name = {};
  StrategyNeeds needs = {};
  std::vector<std::pair<std::string, ParameterType>> parameters = {};
};

DescribedStrategy described(const StrategyType& type);

// What a context says of an instrument that never changes.
struct HostedInstrument {
  Instrument info = {};
  Scales scales = {};
  Price tick = {};
  Quantity lot = {};
};

struct StrategyCall {
  CallKind kind = CallKind::kStart;
  UnixNanos now = {};
  std::uint32_t subject = 0;                       // as of ToldCall
  std::vector<HostedInstrument> instruments = {};  // kStart
  Trade trade = {};                                // kTrade
  Bar bar = {};                                    // kBar
  FeatureValues features = {};                     // kFeatures; its values are feature_values
  std::vector<double> feature_values = {};         // of a call that was read
  OrderUpdate update = {};                         // kOrder
  Fill fill = {};                                  // kFill
};

void write_make(ByteWriter& out, const MakeStrategy& make);
void write_describe(ByteWriter& out, const MakeStrategy& make);
void write_made(ByteWriter& out, const MadeStrategy& made);
void write_described(ByteWriter& out, const DescribedStrategy& described);
void write_call(ByteWriter& out, const StrategyCall& call);
void write_failed(ByteWriter& out, const Error& error);

// Each reads what follows the first byte; nothing unless all of it is right.
std::optional<MakeStrategy> read_make(ByteReader& in);  // of kDescribe too
std::optional<MadeStrategy> read_made(ByteReader& in);
std::optional<DescribedStrategy> read_described(ByteReader& in);
std::optional<StrategyCall> read_call(ByteReader& in);
std::optional<Error> read_failed(ByteReader& in);

// The run's side of kAsk: does what is asked, and writes the answer, nothing where none is wanted. False: it is nothing
// that can be asked.
bool answer_ask(StrategyContext& context, ByteReader& in, ByteWriter& out);

}  // namespace acts::backtest
