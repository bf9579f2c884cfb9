// The thread that drives one sink: carries rows from their source to it as Delivery says, with a connection to acts.db
// and one to the database of its own. A sink that is down, frozen or slow holds up nothing but itself: its rows stay in
// acts.db, a batch of them at most in memory. Says nothing itself: status() is asked.
//
// Full books have a feeder of their own beside that of the rows: a row never waits for a book, however large the book
// or slow the database, but for what the database itself has to do for both.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "store/delivery.hpp"
#include "store/sink_source.hpp"
#include "store/sinks/sink.hpp"

namespace acts {

struct SinkFeederOptions {
  std::string sink;  // its name
  SinkContent content = SinkContent::kRows;
  std::string data_path;  // of acts.db, which SqliteStore::open() has opened before; books lie in books/ beside it
  DeliveryOptions delivery = {};
  // Once so much is set aside, something must be wrong there: the sink stops, and what comes waits in acts.db, until
  // less is (what is sent again counts no more) or the limit is raised.
  std::int64_t most_rejected = SinkSettings{}.most_rejected;
  SinkLimits limits = {};  // `now` and `cancelled` are set by the feeder
  // What waits at the end is delivered if that takes no longer; the rest comes with the next run.
  Nanos last_delivery = std::chrono::seconds{3};
};

class SinkFeeder {
 public:
  // Ages are of real time.
  struct Status {
    std::string sink;
    SinkContent content = SinkContent::kRows;
    Delivery::Status delivery = {};         // in rows; of books: in levels
    OutboxLag lag = {};                     // as of the last look: once a second, every 15 s if it is long
    std::uint64_t unreadable = 0;           // books that were set aside whole
    std::string refusal = {};               // of what was set aside last: which, and why
    std::int64_t rejected = 0;              // set aside by this and earlier runs: SinkSource::rejected()
    bool is_stopped = false;                // by SinkFeederOptions::most_rejected
    std::uint64_t made_count = 0;           // what it made in the database: table, columns, index
    std::string made = {};                  // the last of it: one line
    std::optional<Nanos> attempt_age = {};  // of the call under way
    std::optional<Nanos> refused_age = {};
    bool ended = false;
  };
  using MakeSink = std::function<Result<std::unique_ptr<Sink>>(SinkLimits)>;

  // `make_sink` is called once, before this returns; what it makes is for SinkFeederOptions::content. Errors: its own.
  static Result<std::unique_ptr<SinkFeeder>> start(SinkFeederOptions options, const MakeSink& make_sink);
  // stop() first, if what waits is to be delivered. Waits kEndLimit at most; a call that hangs longer is left to its
  // thread, which ends if it ever comes back.
  ~SinkFeeder();
  SinkFeeder(const SinkFeeder&) = delete;
  SinkFeeder& operator=(const SinkFeeder&) = delete;

  // No row is written any more: the thread ends once none waits, something fails, or SinkFeederOptions::last_delivery
  // is over. Returns at once; Status::ended tells.
  void stop();
  [[nodiscard]] Status status() const;

  static constexpr Nanos kEndLimit = std::chrono::milliseconds{500};

 private:
  struct State;
  explicit SinkFeeder(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

// Limits with a real clock, for a sink that is driven without a feeder.
SinkLimits sink_limits(Nanos connect, Nanos answer);

// One for each sink, and then one for each that gets books, on the same acts.db. `seed`: of the jitter. Errors: kUsage,
// with the sink's name.
Result<std::vector<std::unique_ptr<SinkFeeder>>> start_sinks(const std::vector<SinkSettings>& sinks,
                                                             const std::string& data_path, std::uint64_t seed);

}  // namespace acts
