// A connection to PostgreSQL with a limit on every wait: libpq's own calls that wait have none (nor has libpqxx on top
// of them), and a server that is frozen answers no keep-alive of ours either. Names are looked up by getaddrinfo(),
// though, which has the limits of resolv.conf.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "store/sinks/sink.hpp"

struct pg_conn;
struct pg_result;

namespace acts {

// What a statement gave.
class PgAnswer {
 public:
  [[nodiscard]] int rows() const;
  [[nodiscard]] bool is_null(int row, int column) const;
  [[nodiscard]] std::string_view text(int row, int column) const;  // valid as long as the answer

 private:
  friend class PgConnection;
  struct Clear {
    void operator()(pg_result* result) const;
  };
  explicit PgAnswer(pg_result* result) : result_(result) {}
  std::unique_ptr<pg_result, Clear> result_;
};

class PgConnection {
 public:
  // `uri` as libpq reads it. Errors: as Sink.
  static Result<PgConnection> connect(const std::string& uri, const std::string& password, const SinkLimits& limits);

  // One statement in a transaction of its own; parameters as text. Errors: kBadInput, the server refuses the values
  // (SQLSTATE classes 22 and 23); else as Sink, and the connection is of no use any more.
  Result<PgAnswer> execute(const std::string& sql, const std::vector<std::string>& parameters = {});

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  PgConnection(pg_conn* connection, SinkLimits limits) : connection_(connection), limits_(std::move(limits)) {}
  Result<void> finish_connecting(Nanos deadline);
  Result<void> flush(Nanos deadline);
  Result<PgAnswer> last_answer(Nanos deadline);
  Result<void> wait(short events, Nanos deadline) const;
  [[nodiscard]] std::unexpected<Error> lost() const;

  std::unique_ptr<pg_conn, Finish> connection_;
  SinkLimits limits_;
};

}  // namespace acts
