#include "net/dial.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <expected>
#include <string_view>
#include <vector>

#include "net/tls.hpp"

namespace acts {
namespace {

constexpr std::size_t kMaxProxyAnswer = 16 * 1024;
// More than the way around the world takes. Where that is too long for all addresses, the next attempt goes on with
// those that had no turn.
constexpr Nanos kLeastAddressLimit = std::chrono::seconds{1};
constexpr std::string_view kCheckProxy = "check the proxy variables of the environment";

// The coroutine leaves at its deadline; an answer that comes later is for others.
Task<NetResult<std::vector<tcp::endpoint>>> resolve(EventLoop::Impl& loop, std::string host, std::uint16_t port,
                                                    std::shared_ptr<Attempt> attempt) {
  attempt->stage = NetStage::kResolve;
  error_code not_an_address;
  const asio::ip::address address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return std::vector<tcp::endpoint>{tcp::endpoint(address, port)};
  const std::string what = fmt::format("host name '{}'", host);
  auto waiter = std::make_shared<NameLookups::Waiter>(loop.executor());
  if (!loop.names.ask(host, waiter)) {
    co_return std::unexpected(
        attempt->failure(NetFault::kBusy, what, "too many names that nobody answers for are being looked up"));
  }
  attempt->on_stop([waiter] { waiter->arrived.cancel(); });
  error_code ignored;
  if (!attempt->is_stopped()) co_await waiter->arrived.async_wait(into(ignored));
  attempt->on_stop(nullptr);
  if (!waiter->answer || !waiter->answer->problem.empty() || attempt->is_stopped()) {
    const std::string why = waiter->answer ? waiter->answer->problem : std::string("no answer");
    co_return std::unexpected(attempt->failure(NetFault::kResolve, what, why));
  }
  std::vector<tcp::endpoint> endpoints;
  for (const asio::ip::address& one : waiter->answer->addresses) endpoints.emplace_back(one, port);
  co_return endpoints;
}

struct PendingConnect {
  PendingConnect(const Executor& executor, Nanos limit) : socket(executor), timer(executor, limit) {}
  tcp::socket socket;
  asio::steady_timer timer;
  bool is_late = false;

  void close() {
    error_code ignored;
    socket.close(ignored);
  }
};

// The error says why not.
Task<std::expected<tcp::socket, std::string>> connect_one(Executor executor, tcp::endpoint endpoint, Nanos limit,
                                                          std::shared_ptr<Attempt> attempt) {
  auto pending = std::make_shared<PendingConnect>(executor, limit);
  pending->timer.async_wait([pending](const error_code& error) {
    if (error) return;
    pending->is_late = true;
    pending->close();
  });
  attempt->on_stop([pending] { pending->close(); });
  error_code error;
  if (!attempt->is_stopped()) co_await pending->socket.async_connect(endpoint, into(error));
  attempt->on_stop(nullptr);
  pending->timer.cancel();
  if (error || pending->is_late) {
    co_return std::unexpected(fmt::format("{}: {}", endpoint.address().to_string(),
                                          pending->is_late ? "no answer within " + to_string(limit) : error.message()));
  }
  pending->socket.set_option(tcp::no_delay(true), error);
  pending->socket.set_option(asio::socket_base::keep_alive(true), error);
  co_return std::move(pending->socket);
}

// Each address that is still to be tried has a share of what is left of the attempt, and so has what comes after them:
// two that are silent would take all of it. Nothing waits for the last one.
Nanos limit_of_address(const Attempt& attempt, std::size_t addresses, Nanos most) {
  if (addresses == 1) return most;
  const Nanos share = attempt.left() / static_cast<std::int64_t>(addresses + 1);
  return std::min(most, std::max(kLeastAddressLimit, Nanos{std::chrono::floor<std::chrono::milliseconds>(share)}));
}

void note_next_address(EventLoop::Impl& loop, const std::string& peer, std::size_t next) {
  if (loop.next_address.size() >= EventLoop::Impl::kMaxNextAddresses) loop.next_address.clear();
  loop.next_address[peer] = next;
}

// Any address of the host will do; the error is the last one's.
Task<NetResult<tcp::socket>> connect_any(EventLoop::Impl& loop, std::vector<tcp::endpoint> endpoints, std::string peer,
                                         Nanos address_timeout, std::shared_ptr<Attempt> attempt) {
  attempt->stage = NetStage::kConnect;
  const auto noted = loop.next_address.find(peer);
  const std::size_t first = noted == loop.next_address.end() ? 0 : noted->second;
  std::string why = "it has no address";
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const Nanos limit = limit_of_address(*attempt, endpoints.size() - i, address_timeout);
    std::expected<tcp::socket, std::string> connected =
        co_await connect_one(loop.executor(), endpoints[(first + i) % endpoints.size()], limit, attempt);
    if (attempt->is_stopped()) {
      note_next_address(loop, peer, (first + i + 1) % endpoints.size());
      co_return std::unexpected(attempt->failure(NetFault::kConnect, "connection to " + peer, ""));
    }
    if (connected) {
      loop.next_address.erase(peer);
      co_return *std::move(connected);
    }
    why = std::move(connected).error();
  }
  loop.next_address.erase(peer);
  co_return std::unexpected(attempt->failure(NetFault::kConnect, "connection to " + peer, why));
}

Task<NetResult<tcp::socket>> open_tunnel(tcp::socket connected, Url url, Proxy proxy,
                                         std::shared_ptr<Attempt> attempt) {
  attempt->stage = NetStage::kProxy;
  auto socket = std::make_shared<tcp::socket>(std::move(connected));
  attempt->on_stop([socket] {
    error_code ignored;
    socket->close(ignored);
  });
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", url.host_and_port());
  if (!proxy.authorization.empty()) request += fmt::format("Proxy-Authorization: {}\r\n", proxy.authorization);
  request += "\r\n";
  error_code error;
  co_await asio::async_write(*socket, asio::buffer(request), into(error));
  std::string answer;
  // Byte by byte, as what follows the answer belongs to the tunnel.
  while (!error && !answer.ends_with("\r\n\r\n") && answer.size() < kMaxProxyAnswer) {
    char byte = 0;
    co_await asio::async_read(*socket, asio::buffer(&byte, 1), into(error));
    if (!error) answer += byte;
  }
  attempt->on_stop(nullptr);
  const std::string what = fmt::format("proxy {}:{} for {}", proxy.host, proxy.port, url.host_and_port());
  if (error || attempt->is_stopped())
    co_return std::unexpected(attempt->failure(NetFault::kProxy, what, error.message()));
  const std::string refusal = answer.ends_with("\r\n\r\n") ? connect_refusal(answer) : "its answer does not end";
  if (!refusal.empty()) {
    co_return std::unexpected(attempt->failure(NetFault::kProxy, what, fmt::format("{}: {}", refusal, kCheckProxy)));
  }
  co_return std::move(*socket);
}

// Of what failed on the way to the proxy; else whoever reads it looks at the venue.
NetError blamed_on(const Proxy& proxy, const Url& url, NetError error) {
  if (error.fault == NetFault::kCancelled) return error;
  if (error.fault == NetFault::kResolve || error.fault == NetFault::kConnect) error.fault = NetFault::kProxy;
  error.message = fmt::format("proxy {}:{} for {}: {}: {}", proxy.host, proxy.port, url.host_and_port(), error.message,
                              kCheckProxy);
  return error;
}

// To the server, or to the proxy before it.
Task<NetResult<tcp::socket>> connect_first(EventLoop::Impl& loop, DialTarget target, std::shared_ptr<Attempt> attempt) {
  const std::string host = target.proxy ? target.proxy->host : target.url.host;
  const std::uint16_t port = target.proxy ? target.proxy->port : target.url.port;
  NetResult<std::vector<tcp::endpoint>> endpoints = co_await resolve(loop, host, port, attempt);
  if (!endpoints) co_return std::unexpected(std::move(endpoints).error());
  co_return co_await connect_any(loop, *std::move(endpoints), fmt::format("{}:{}", host, port), target.address_timeout,
                                 attempt);
}

}  // namespace

Task<NetResult<std::shared_ptr<ByteStream>>> dial(EventLoop::Impl& loop, DialTarget target,
                                                  std::shared_ptr<Attempt> attempt) {
  // Before the network is bothered: a CA file that cannot be read is a mistake in the configuration.
  std::shared_ptr<TlsContext> tls;
  if (target.url.is_tls()) {
    NetResult<std::shared_ptr<TlsContext>> context = client_tls(loop, target.ca_file);
    if (!context) co_return std::unexpected(std::move(context).error());
    tls = *std::move(context);
  }
  NetResult<tcp::socket> socket = co_await connect_first(loop, target, attempt);
  if (!socket && target.proxy) {
    co_return std::unexpected(blamed_on(*target.proxy, target.url, std::move(socket).error()));
  }
  if (!socket) co_return std::unexpected(std::move(socket).error());
  if (target.proxy) {
    socket = co_await open_tunnel(*std::move(socket), target.url, *target.proxy, attempt);
    if (!socket) co_return std::unexpected(std::move(socket).error());
  }
  if (!tls) co_return make_plain_stream(*std::move(socket));
  co_return co_await start_tls_client(tls, *std::move(socket), target.url.host, attempt);
}

}  // namespace acts
