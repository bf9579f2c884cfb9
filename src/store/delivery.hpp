// How rows get from an outbox into a sink: what comes next, and what follows from how it went. Pure: it is told results
// and the time, and says what to do; who does it (live/sink_feeder.hpp) decides nothing.
//
// A batch is read behind the cursor and sent. Confirmed whole, the cursor moves past it: never before. Refused, it is
// sent in halves until the row is found that the server refuses; that row is set aside with the server's reason, the
// others are delivered. If the server, the network or the disk fails, the batch is forgotten and read again after a
// wait: rows are idempotent, and nothing but the cursor says what is delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "acts/base/backoff.hpp"
#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts {

// A row of what was sent that this database will not take, and its reason, one line.
struct Refusal {
  std::size_t row = 0;
  std::string reason;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct DeliveryOptions {
  std::size_t batch = 1000;              // rows a batch at most; fewer after a failure, as a slow server may take
  Nanos poll = std::chrono::seconds{1};  // how soon new rows are looked for
  Nanos retry_first = std::chrono::seconds{1};  // after a failure, doubled up to retry_cap, with jitter
  Nanos retry_cap = std::chrono::minutes{1};
  std::uint64_t seed = 0;  // of the jitter
};

class Delivery {
 public:
  struct Connect {};
  // Rows behind the cursor.
  struct Read {
    std::size_t max = 0;
  };
  // These rows of the batch that was read.
  struct Send {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  // This row of the batch.
  struct SetAside {
    std::size_t row = 0;
    std::string reason;
  };
  // Moves the cursor past the batch that was read.
  struct Advance {};
  // There is nothing to do before.
  struct Wait {
    Nanos until{0};
  };
  using Action = std::variant<Connect, Read, Send, SetAside, Advance, Wait>;

  // What came of it so far.
  struct Status {
    bool connected = false;
    bool idle = false;            // the last look found no row behind the cursor
    std::uint64_t delivered = 0;  // rows confirmed
    std::uint64_t refused = 0;    // rows set aside
    std::uint64_t failures = 0;   // attempts that will be repeated
    std::string failure = {};     // of the last attempt, if it failed: one line
  };

  explicit Delivery(const DeliveryOptions& options);

  // `now`: of a clock that does not go back. What it says is to be done, then the result told by the function of that
  // name (asserted); after Wait it is asked again. The batch that Send, SetAside and Advance speak of is the one read
  // last.
  [[nodiscard]] Action next(Nanos now) const;
  void on_connected(const Result<void>& result, Nanos now);
  void on_read(const Result<std::size_t>& rows, Nanos now);  // 0: there are none
  // The refusals of a batch that is stored but for them (their `row` counts from the first one sent); kBadInput: none
  // is stored, as at least one of them would be refused again; any other error: try again later, on a new connection.
  void on_sent(const Result<std::vector<Refusal>>& result, Nanos now);
  void on_set_aside(const Result<void>& result, Nanos now);
  void on_advanced(const Result<void>& result, Nanos now);

  // New rows are there: they are looked for without waiting for the next time. Nothing while it waits after a failure.
  void look_now();

  [[nodiscard]] const Status& status() const { return status_; }

 private:
  void failed(const Error& error, Nanos now);
  void forget_batch();

  DeliveryOptions options_;
  Backoff backoff_;
  Status status_;
  Nanos wait_until_;
  std::size_t limit_;          // rows of the next batch
  std::size_t batch_ = 0;      // rows of the batch under way; 0: none
  std::size_t set_aside_ = 0;  // of it
  std::vector<Send> to_send_;  // what is not confirmed, the next one last
  std::deque<SetAside> to_set_aside_;
};

}  // namespace acts
