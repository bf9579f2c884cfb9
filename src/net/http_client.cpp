#include "net/http_client.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "net/attempt.hpp"
#include "net/dial.hpp"
#include "net/http_codec.hpp"

namespace acts {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

struct Idle {
  std::string key;
  std::shared_ptr<ByteStream> stream;
  SteadyTime since;
};

// Connections may be shared between requests that agree in this.
std::string pool_key(const Url& url) {
  return fmt::format("{}{}", url.is_tls() ? "https://" : "http://", url.host_and_port());
}

bool may_repeat(const std::string& method) { return method == "GET" || method == "HEAD"; }

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<Impl> {
  Impl(EventLoop::Impl& event_loop, HttpClientOptions client_options)
      : loop(event_loop), options(std::move(client_options)), sweep_timer(loop.executor()) {}

  struct Job {
    HttpRequest request;
    Url url;
    std::string bytes;
    std::shared_ptr<Attempt> attempt;
    std::shared_ptr<ByteStream> stream;
    bool was_kept = false;    // the connection served a request before
    bool has_answer = false;  // a byte of the answer has come
  };

  EventLoop::Impl& loop;
  HttpClientOptions options;
  std::map<RequestId, std::shared_ptr<Attempt>> in_flight;
  RequestId last_id = 0;
  std::uint64_t opened = 0;
  std::deque<Idle> idle;  // longest idle first
  asio::steady_timer sweep_timer;

  Task<void> run(RequestId id, bool is_busy, HttpRequest request, Callback callback, std::shared_ptr<Attempt> attempt);
  Task<NetResult<HttpResponse>> perform(HttpRequest request, std::shared_ptr<Attempt> attempt);
  NetResult<Job> prepare(HttpRequest request, std::shared_ptr<Attempt> attempt) const;
  Task<NetResult<void>> connect(Job& job, bool may_use_kept);
  Task<NetResult<HttpResponse>> exchange(Job& job);
  Task<NetResult<HttpMessage>> read_answer(Job& job, std::string& pending);
  Task<NetResult<void>> read_message(Job& job, HttpParser& parser, std::string& pending);
  std::shared_ptr<ByteStream> take_idle(const std::string& key);
  void keep(Job& job);
  void sweep();
};

Task<void> HttpClient::Impl::run(RequestId id, bool is_busy, HttpRequest request, Callback callback,
                                 std::shared_ptr<Attempt> attempt) {
  // So that nothing is called inside request().
  co_await asio::post(loop.executor(), asio::use_awaitable);
  NetResult<HttpResponse> result;
  if (is_busy) {
    result = std::unexpected(
        net_error(NetFault::kBusy, NetStage::kStart,
                  fmt::format("{} requests are in flight already, this one was not sent: try again later",
                              options.max_in_flight)));
  } else {
    result = co_await perform(std::move(request), attempt);
  }
  attempt->disarm();
  // Not there: cancelled, or the client is gone.
  if (in_flight.erase(id) != 0) callback(std::move(result));
}

NetResult<HttpClient::Impl::Job> HttpClient::Impl::prepare(HttpRequest request,
                                                           std::shared_ptr<Attempt> attempt) const {
  const auto usage = [](Error error) {
    NetError failure = net_error(NetFault::kUrl, NetStage::kStart, std::move(error.message));
    return std::unexpected(std::move(failure));
  };
  Result<Url> url = parse_url(request.url);
  if (!url) return usage(std::move(url).error());
  if (url->is_websocket()) {
    return usage(
        {ErrorCode::kUsage, fmt::format("'{}' is for WebSockets: write it as https://host/path", request.url)});
  }
  HttpHeaders headers = request.headers;
  if (find_header(headers, "User-Agent") == nullptr) headers.push_back({"User-Agent", options.user_agent});
  Result<std::string> bytes = serialize_request(request.method, url->target, url->authority(), headers, request.body);
  if (!bytes) return usage(std::move(bytes).error());
  Job job;
  job.request = std::move(request);
  job.url = *std::move(url);
  job.bytes = *std::move(bytes);
  job.attempt = std::move(attempt);
  return job;
}

Task<NetResult<HttpResponse>> HttpClient::Impl::perform(HttpRequest request, std::shared_ptr<Attempt> attempt) {
  NetResult<Job> job = prepare(std::move(request), std::move(attempt));
  if (!job) co_return std::unexpected(std::move(job).error());
  for (bool may_use_kept = true;; may_use_kept = false) {
    NetResult<void> connected = co_await connect(*job, may_use_kept);
    if (!connected) co_return std::unexpected(std::move(connected).error());
    NetResult<HttpResponse> response = co_await exchange(*job);
    job->attempt->on_stop(nullptr);
    const bool was_stale = !response && job->was_kept && !job->has_answer && !job->attempt->is_stopped();
    if (!was_stale || !may_repeat(job->request.method)) co_return response;
  }
}

Task<NetResult<void>> HttpClient::Impl::connect(Job& job, bool may_use_kept) {
  job.stream = may_use_kept ? take_idle(pool_key(job.url)) : nullptr;
  job.was_kept = job.stream != nullptr;
  if (!job.was_kept) {
    DialTarget target{job.url, std::nullopt, options.ca_file, options.address_timeout};
    if (const Proxy* const proxy = options.proxy.proxy_for(job.url)) target.proxy = *proxy;
    NetResult<std::shared_ptr<ByteStream>> dialled = co_await dial(loop, std::move(target), job.attempt);
    if (!dialled) co_return std::unexpected(std::move(dialled).error());
    job.stream = *std::move(dialled);
    ++opened;
  }
  job.attempt->on_stop([stream = job.stream] { stream->close(); });
  co_return NetResult<void>{};
}

Task<NetResult<HttpResponse>> HttpClient::Impl::exchange(Job& job) {
  job.attempt->stage = NetStage::kWrite;
  if (job.request.on_write && !job.attempt->is_stopped()) job.request.on_write();
  error_code error;
  co_await asio::async_write(*job.stream, asio::buffer(job.bytes), into(error));
  if (job.attempt->is_stopped()) {
    co_return std::unexpected(
        job.attempt->failure(NetFault::kTimeout, job.request.method + " " + pool_key(job.url), ""));
  }
  // A server that refuses a long request may answer and close before it has read it: the answer counts.
  std::string pending;
  NetResult<HttpMessage> answer = co_await read_answer(job, pending);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (answer->keep_alive && pending.empty() && !error) keep(job);
  co_return HttpResponse{answer->status, std::move(answer->headers), std::move(answer->body)};
}

Task<NetResult<HttpMessage>> HttpClient::Impl::read_answer(Job& job, std::string& pending) {
  const HttpParser::Kind kind =
      job.request.method == "HEAD" ? HttpParser::Kind::kResponseToHead : HttpParser::Kind::kResponse;
  // An interim answer (1xx) precedes the answer; more than a few are a defect of the server's.
  constexpr int kMaxInterimAnswers = 8;
  for (int i = 0; i < kMaxInterimAnswers; ++i) {
    HttpParser parser(kind, {options.max_header_bytes, options.max_body_bytes});
    NetResult<void> read = co_await read_message(job, parser, pending);
    if (!read) co_return std::unexpected(std::move(read).error());
    HttpMessage message = parser.take();
    if (message.status >= 200 || message.status == 101) co_return message;
  }
  co_return std::unexpected(
      job.attempt->failure(NetFault::kMalformed, pool_key(job.url), "it sends interim answers without end"));
}

Task<NetResult<void>> HttpClient::Impl::read_message(Job& job, HttpParser& parser, std::string& pending) {
  job.attempt->stage = NetStage::kHeader;
  const std::string what = fmt::format("{} {}", job.request.method, pool_key(job.url));
  std::string chunk(kReadBytes, '\0');
  while (true) {
    NetFault fault = parser.feed(pending);
    if (fault == NetFault::kNone && parser.is_done()) co_return NetResult<void>{};
    if (parser.has_header() || parser.is_body_too_large()) job.attempt->stage = NetStage::kBody;
    std::string problem = parser.problem();
    if (fault == NetFault::kNone) {
      error_code error;
      const std::size_t bytes = co_await job.stream->async_read_some(asio::buffer(chunk), into(error));
      if (!error && !job.attempt->is_stopped()) {
        job.has_answer = true;
        pending.append(chunk, 0, bytes);
        continue;
      }
      // A body that ends with the connection is whole only if that ended in order.
      fault = error == asio::error::eof ? parser.end_of_stream() : NetFault::kTruncated;
      if (fault == NetFault::kNone) co_return NetResult<void>{};
      if (!job.has_answer) fault = NetFault::kDisconnected;
      problem = fmt::format("the server ended the connection before the answer was whole, {}", error.message());
    } else if (fault == NetFault::kTooLarge) {
      problem = fmt::format("the answer exceeds the limit of {} bytes of header or {} of body",
                            options.max_header_bytes, options.max_body_bytes);
    }
    co_return std::unexpected(job.attempt->failure(fault, what, problem));
  }
}

std::shared_ptr<ByteStream> HttpClient::Impl::take_idle(const std::string& key) {
  sweep();
  // The one used last is the least likely to have been closed.
  while (true) {
    const auto found = std::find_if(idle.rbegin(), idle.rend(), [&key](const Idle& one) { return one.key == key; });
    if (found == idle.rend()) return nullptr;
    std::shared_ptr<ByteStream> stream = std::move(found->stream);
    idle.erase(std::next(found).base());
    if (stream->is_alive()) return stream;
  }
}

void HttpClient::Impl::keep(Job& job) {
  if (options.max_idle_connections == 0 || !job.stream->socket().is_open()) return;
  idle.push_back({pool_key(job.url), std::move(job.stream), std::chrono::steady_clock::now()});
  if (idle.size() > options.max_idle_connections) idle.pop_front();
  sweep();
}

void HttpClient::Impl::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!idle.empty() && now - idle.front().since >= options.idle_timeout) idle.pop_front();
  if (idle.empty()) {
    sweep_timer.cancel();
    return;
  }
  sweep_timer.expires_at(idle.front().since + options.idle_timeout);
  sweep_timer.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<Impl> self = weak.lock();
    if (!error && self) self->sweep();
  });
}

HttpClient::HttpClient(EventLoop& loop, HttpClientOptions options)
    : impl_(std::make_shared<Impl>(loop.impl(), std::move(options))) {}

HttpClient::~HttpClient() {
  const auto ended = std::exchange(impl_->in_flight, {});
  for (const auto& [id, attempt] : ended) attempt->cancel();
  impl_->options.max_idle_connections = 0;
  impl_->idle.clear();
  impl_->sweep_timer.cancel();
}

HttpClient::RequestId HttpClient::request(HttpRequest request, Callback callback) {
  const RequestId id = ++impl_->last_id;
  const bool is_busy = impl_->in_flight.size() >= impl_->options.max_in_flight;
  auto attempt = std::make_shared<Attempt>(impl_->loop.executor());
  attempt->arm(request.timeout);
  impl_->in_flight.emplace(id, attempt);
  spawn(impl_->loop.executor(), impl_,
        impl_->run(id, is_busy, std::move(request), std::move(callback), std::move(attempt)));
  return id;
}

bool HttpClient::cancel(RequestId id) {
  const auto found = impl_->in_flight.find(id);
  if (found == impl_->in_flight.end()) return false;
  const std::shared_ptr<Attempt> attempt = found->second;
  impl_->in_flight.erase(found);
  attempt->cancel();
  return true;
}

std::size_t HttpClient::in_flight() const noexcept { return impl_->in_flight.size(); }
std::uint64_t HttpClient::connections_opened() const noexcept { return impl_->opened; }

}  // namespace acts
