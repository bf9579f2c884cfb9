#include "store/sinks/pg_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "store/sinks/sink_text.hpp"

namespace acts {
namespace {

// How often a wait looks whether it was cancelled.
constexpr std::chrono::milliseconds kSlice{50};

// What the server says of values, of rights and names, and of everything else.
ErrorCode code_of(std::string_view sql_state) {
  for (const std::string_view bad_value : {"22", "23", "44"}) {
    if (sql_state.starts_with(bad_value)) return ErrorCode::kBadInput;
  }
  for (const std::string_view refused : {"28", "3D", "3F", "42501"}) {
    if (sql_state.starts_with(refused)) return ErrorCode::kRefused;
  }
  return ErrorCode::kRetry;
}

}  // namespace

void PgAnswer::Clear::operator()(pg_result* result) const { PQclear(result); }
int PgAnswer::rows() const { return PQntuples(result_.get()); }
bool PgAnswer::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }
std::string_view PgAnswer::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

void PgConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<PgConnection> PgConnection::connect(const std::string& uri, const std::string& password,
                                           const SinkLimits& limits) {
  const Nanos deadline = limits.now() + limits.connect;
  const std::array<const char*, 4> keys{"dbname", "fallback_application_name", password.empty() ? nullptr : "password",
                                        nullptr};
  const std::array<const char*, 4> values{uri.c_str(), "acts", password.c_str(), nullptr};
  // "dbname" that is an address stands for all that the address says.
  PgConnection connection(PQconnectStartParams(keys.data(), values.data(), 1), limits);
  if (connection.connection_ == nullptr) return fail(ErrorCode::kRetry, "no memory for a connection");
  if (auto done = connection.finish_connecting(deadline); !done) return std::unexpected(std::move(done.error()));
  // By itself libpq prints notices on standard error, which belongs to the log.
  PQsetNoticeReceiver(connection.connection_.get(), [](void*, const PGresult*) {}, nullptr);
  PQsetnonblocking(connection.connection_.get(), 1);
  // What we have given up must not be done later, over what was sent again.
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(limits.answer).count();
  if (auto set = connection.execute(fmt::format("SET statement_timeout = {}", millis)); !set) {
    return std::unexpected(std::move(set.error()));
  }
  return connection;
}

Result<void> PgConnection::finish_connecting(Nanos deadline) {
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(connection_.get()) != CONNECTION_BAD) {
    if (next == PGRES_POLLING_OK) return {};
    if (next == PGRES_POLLING_FAILED) break;
    if (auto waited = wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline); !waited) return waited;
    next = PQconnectPoll(connection_.get());
  }
  auto error = lost();
  // There is no SQLSTATE of a login.
  const bool is_login = error.error().message.contains("authentication") ||
                        error.error().message.contains("password") || error.error().message.contains("does not exist");
  if (is_login) error.error().code = ErrorCode::kRefused;
  return error;
}

Result<PgAnswer> PgConnection::execute(const std::string& sql, const std::vector<std::string>& parameters) {
  const Nanos deadline = limits_.now() + limits_.answer;
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                        nullptr, nullptr, 0) != 1) {
    return lost();
  }
  if (auto sent = flush(deadline); !sent) return std::unexpected(std::move(sent.error()));
  auto answer = last_answer(deadline);
  if (!answer) return answer;
  const pg_result* const result = answer->result_.get();
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* const said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state == nullptr) return lost();
  return fail(code_of(state), fmt::format("{} (SQLSTATE {})", one_line(said != nullptr ? said : ""), state));
}

Result<void> PgConnection::flush(Nanos deadline) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left < 0) return lost();
    if (left == 0) return {};
    // A server that says something while it does not read would otherwise wait for us.
    if (auto waited = wait(POLLIN | POLLOUT, deadline); !waited) return waited;
    if (PQconsumeInput(connection_.get()) != 1) return lost();
  }
}

Result<PgAnswer> PgConnection::last_answer(Nanos deadline) {
  PgAnswer last(nullptr);
  for (;;) {
    while (PQisBusy(connection_.get()) == 1) {
      if (auto waited = wait(POLLIN, deadline); !waited) return std::unexpected(std::move(waited.error()));
      if (PQconsumeInput(connection_.get()) != 1) return lost();
    }
    pg_result* const result = PQgetResult(connection_.get());
    if (result == nullptr) break;
    last = PgAnswer(result);
  }
  if (last.result_ == nullptr) return lost();
  return last;
}

Result<void> PgConnection::wait(short events, Nanos deadline) const {
  for (;;) {
    if (limits_.cancelled && limits_.cancelled()) return fail(ErrorCode::kRetry, "given up: acts ends");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - limits_.now());
    if (left.count() <= 0) {
      return fail(ErrorCode::kRetry, fmt::format("no answer within {}", to_string(limits_.answer)));
    }
    pollfd socket{PQsocket(connection_.get()), events, 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::min(left, kSlice).count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::kRetry, "its socket cannot be waited for");
  }
}

std::unexpected<Error> PgConnection::lost() const {
  std::string said = one_line(PQerrorMessage(connection_.get()));
  return fail(ErrorCode::kRetry, said.empty() ? "the connection was lost" : std::move(said));
}

}  // namespace acts
