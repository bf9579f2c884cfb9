// Several HTTP downloads at a time, by libcurl, on the caller's thread. Blocking in run() only.
//
// Every wait has a limit: a connection, and a body that comes more slowly than kLeastBytesASecond for
// TransferOptions::slow_for. Follows
// no redirection. Proxies are those of the environment, as curl reads it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::history::archive {

struct TransferOptions {
  std::string ca_file = {};  // instead of the system's certificates; empty: those
  Nanos connect_limit = std::chrono::seconds{10};
  Nanos slow_for = std::chrono::seconds{30};
};

struct TransferEnd {
  int status = 0;            // HTTP; 0: there was none
  std::string problem = {};  // one line, if there was none or the body was cut; empty: all of it came
  std::optional<Nanos> retry_after = {};
  std::string used_weight = {};  // what the answer says of it (binance/rest.hpp), if it does
};

// What is asked for, and who takes it. All are called within run().
struct Transfer {
  std::string url;
  std::string header = {};   // "Name: value", beside the usual; empty: none
  std::uint64_t offset = 0;  // bytes that need not be sent
  // With the status, before the first byte of a body. An error ends the transfer.
  std::function<Result<void>(int status)> begin;
  std::function<Result<void>(std::string_view bytes)> take;
  // Last. `failed`: what begin() or take() said. May start other transfers.
  std::function<void(const TransferEnd& end, const Result<void>& failed)> end;
};

class Transfers {
 public:
  explicit Transfers(TransferOptions options);
  ~Transfers();  // drop_all() first
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void start(Transfer transfer);
  // Carries on for `at_most`, or until a transfer has ended. Under way afterwards: how many.
  std::size_t run(Nanos at_most);

  // What is under way ends without a word.
  void drop_all();

  static constexpr long kLeastBytesASecond = 1024;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The whole of a small answer, while nothing else is under way. Errors: kRetry, one line (no answer, another status
// than 200, more than `most_bytes`); kUsage for 403 and 404, which asking again will not change; kCancelled: `stop` was
// true.
Result<std::string> fetch_text(Transfers& transfers, const std::string& url, std::size_t most_bytes,
                               const std::function<bool()>& stop);

}  // namespace acts::history::archive
