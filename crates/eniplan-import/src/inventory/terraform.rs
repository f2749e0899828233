//! `terraform show -json`, of a plan or a state: functions, subnets and groups of all modules.
//!
//! Ids that are known only after apply are looked for in the configuration's references,
//! and are called by the address of what they refer to.

use std::collections::BTreeMap;

use super::Inventory;
use super::aws_functions::{MOST_CONCURRENCY, MOST_MIB, MOST_SECONDS};
use super::cloudformation::{DEFAULT_MIB, DEFAULT_SECONDS};
use super::found::{Authority, FoundFunction, FoundSubnet, FunctionNetwork, Id};
use super::reader::{InventoryReader, whole};
use super::references::{Configuration, without_indices};
use eniplan_core::document::listed;
use eniplan_core::document::tree::{TreeNode, TreeValue};

/// `terraform show -json`.
pub(super) struct Terraform;

impl Inventory for Terraform {
    fn name(&self) -> &'static str {
        "terraform show -json"
    }

    fn summary(&self) -> &'static str {
        "functions, subnets and groups of a plan or a state, all modules"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        root.has("format_version")
            && ["planned_values", "values", "prior_state", "resource_changes", "terraform_version"]
                .iter()
                .any(|key| root.has(key))
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        let (authority, values) = match (root.get("planned_values"), root.get("values")) {
            (Some(values), _) => (Authority::Planned, Some(values)),
            (None, values) => (Authority::Recorded, values),
        };
        let mut resources = Vec::new();
        for (values, authority) in values.map(|values| (values, authority)).into_iter().chain(data(root)) {
            if let Some(module) = values.get("root_module") {
                collect(reader, module, "", authority, &mut resources);
            }
        }
        let only_data = root.has("planned_values");
        resources.retain(|resource| resource.authority == authority || (only_data && resource.data));
        let mut reading = TerraformReading {
            configuration: Configuration::new(root),
            unknown: unknown(root),
            known: resources.iter().map(|resource| (resource.address, resource.id())).collect(),
            symbols: Vec::new(),
        };
        for resource in &resources {
            match resource.kind {
                "aws_lambda_function" if !resource.data => reading.function(reader, resource),
                "aws_subnet" => subnet(reader, resource),
                "aws_security_group" => group(reader, resource),
                _ => {}
            }
        }
        if !reading.symbols.is_empty() {
            let (file, names) = (reader.file, listed(&reading.symbols));
            reader.note(format!("{file}: not known before apply, so used by name: {names}"));
        }
    }
}

/// What a plan had read before it was made: its data sources stand there.
fn data(root: &TreeNode) -> Option<(&TreeNode, Authority)> {
    Some((root.at(&["prior_state", "values"])?, Authority::Recorded))
}

/// Which attributes of each address are known only after apply.
fn unknown(root: &TreeNode) -> BTreeMap<&str, &TreeNode> {
    let changes = root.get("resource_changes").map_or(&[][..], TreeNode::items).iter();
    changes
        .filter_map(|change| Some((change.get("address")?.text()?, change.at(&["change", "after_unknown"])?)))
        .collect()
}

/// One resource and its module.
struct Resource<'n> {
    address: &'n str,
    /// Without indices; empty for the root module.
    module: String,
    kind: &'n str,
    name: &'n str,
    data: bool,
    authority: Authority,
    node: &'n TreeNode,
    values: &'n TreeNode,
}

impl Resource<'_> {
    /// Its id, or its address where that is known only after apply.
    fn id(&self) -> Option<&str> {
        self.values.get("id").and_then(TreeNode::text).filter(|id| !id.trim().is_empty())
    }
}

fn collect<'n>(
    reader: &mut InventoryReader<'_>,
    module: &'n TreeNode,
    address: &str,
    authority: Authority,
    found: &mut Vec<Resource<'n>>,
) {
    for node in reader.list(module, "resources") {
        let text = |key| node.get(key).and_then(TreeNode::text);
        let (Some(address_of), Some(kind)) = (text("address"), text("type")) else {
            reader.wrong(
                node,
                "a resource has no `address` or `type`",
                "save the unmodified output of the command",
            );
            continue;
        };
        found.push(Resource {
            address: address_of,
            module: address.to_owned(),
            kind,
            name: text("name").unwrap_or_default(),
            data: text("mode") == Some("data"),
            authority,
            node,
            values: node.get("values").unwrap_or(node),
        });
    }
    for child in reader.list(module, "child_modules") {
        let address = child.get("address").and_then(TreeNode::text).map(without_indices).unwrap_or_default();
        collect(reader, child, &address, authority, found);
    }
}

struct TerraformReading<'n> {
    configuration: Configuration<'n>,
    unknown: BTreeMap<&'n str, &'n TreeNode>,
    /// The id of each address, where there is one yet.
    known: BTreeMap<&'n str, Option<&'n str>>,
    symbols: Vec<String>,
}

impl TerraformReading<'_> {
    fn function(&mut self, reader: &mut InventoryReader<'_>, resource: &Resource<'_>) {
        let values = resource.values;
        let (name, scope) = match reader.text(values, "function_name") {
            Some(name) => (name, None),
            None => (resource.address.to_owned(), Some(reader.file.to_owned())),
        };
        // -1: nothing is reserved.
        let reserved = values.get("reserved_concurrent_executions");
        let unreserved = reserved.is_none_or(|number| number.value == TreeValue::Number("-1".to_owned()));
        let concurrency = if unreserved {
            None
        } else {
            reader.whole(values, "reserved_concurrent_executions", 0, MOST_CONCURRENCY)
        };
        let network = self.network(reader, resource, &name);
        let function = FoundFunction {
            scope,
            arn: reader.text(values, "arn"),
            version: None,
            memory_mib: reader.whole(values, "memory_size", 1, MOST_MIB).or(Some(DEFAULT_MIB)),
            timeout_s: reader.whole(values, "timeout", 0, MOST_SECONDS).or(Some(DEFAULT_SECONDS)),
            concurrency,
            network,
            origin: reader.origin(resource.authority, resource.node),
            name,
        };
        reader.found.functions.push(function);
    }

    /// `vpc_config`: a list of at most one; null, empty or with empty lists outside a VPC.
    fn network(
        &mut self,
        reader: &mut InventoryReader<'_>,
        resource: &Resource<'_>,
        name: &str,
    ) -> Option<FunctionNetwork> {
        let config = resource.values.get("vpc_config");
        let later = self.unknown.get(resource.address).and_then(|unknown| unknown.get("vpc_config"));
        if let Some(config) = config.filter(|config| !config.is_list()) {
            reader.wrong(config, "`vpc_config` must be a list", "save the unmodified output of the command");
            return None;
        }
        let block = config.and_then(|config| config.items().first());
        let wholly_later = later.is_some_and(|unknown| unknown.value == TreeValue::Flag(true));
        if block.is_none() && !wholly_later {
            return None;
        }
        let subnets = self.ids(reader, resource, block, "subnet_ids", "aws_subnet");
        let groups = self.ids(reader, resource, block, "security_group_ids", "aws_security_group");
        let vpc = block.and_then(|block| reader.text(block, "vpc_id"));
        reader.network(config.unwrap_or(resource.node), name, FunctionNetwork::new(subnets, groups, vpc))
    }

    /// The ids under `key`, and what stands for those that are known only after apply.
    fn ids(
        &mut self,
        reader: &mut InventoryReader<'_>,
        resource: &Resource<'_>,
        block: Option<&TreeNode>,
        key: &str,
        kind: &str,
    ) -> Vec<Id> {
        let list = block.and_then(|block| block.get(key));
        let items = list.map_or(&[][..], TreeNode::items);
        if let Some(list) = list.filter(|list| !list.is_list()) {
            reader.wrong(
                list,
                format!("`{key}` must be a list"),
                "save the unmodified output of the command",
            );
        }
        for item in items.iter().filter(|item| item.text().is_none() && item.value != TreeValue::Null) {
            reader.wrong(item, format!("`{key}` must list ids"), "write ids as strings");
        }
        let mut ids: Vec<Id> = items.iter().filter_map(TreeNode::text).map(Id::real).collect();
        if list.is_none() || items.iter().any(|item| item.value == TreeValue::Null) {
            ids.extend(self.later(reader, resource, key, kind));
        }
        ids
    }

    fn later(
        &mut self,
        reader: &InventoryReader<'_>,
        resource: &Resource<'_>,
        key: &str,
        kind: &str,
    ) -> Vec<Id> {
        let name = format!("{}.{}", resource.kind, resource.name);
        let addresses = self.configuration.addresses(&resource.module, &name, "vpc_config", key);
        let mut found = Vec::new();
        for address in &addresses {
            let bare = without_indices(address);
            let exact = address.ends_with(']');
            let same = |known: &&str| {
                without_indices(known) == bare
                    && (!exact || known.rsplit('.').next() == address.rsplit('.').next())
            };
            found.extend(self.known.iter().filter(|(known, _)| same(known)).map(|(known, id)| (*known, *id)));
        }
        // A condition or an index refers to more than subnets; they count where nothing else is there.
        let right = |address: &str| without_indices(address).rsplit('.').nth(1) == Some(kind);
        let of_kind: Vec<_> = found.into_iter().filter(|(address, _)| right(address)).collect();
        if !of_kind.is_empty() {
            return of_kind
                .into_iter()
                .map(|(address, id)| id.map_or_else(|| Id::symbol(address, reader.file), Id::real))
                .collect();
        }
        let names =
            if addresses.is_empty() { vec![format!("{key} of {}", resource.address)] } else { addresses };
        for name in &names {
            if !self.symbols.contains(name) {
                self.symbols.push(name.clone());
            }
        }
        names.into_iter().map(|name| Id::symbol(name, reader.file)).collect()
    }
}

fn subnet(reader: &mut InventoryReader<'_>, resource: &Resource<'_>) {
    let values = resource.values;
    let id = resource.id().map_or_else(|| Id::symbol(resource.address, reader.file), Id::real);
    let tags = values.get("tags").or_else(|| values.get("tags_all"));
    let free = values.get("available_ip_address_count").and_then(whole);
    let subnet = FoundSubnet {
        id,
        label: tags.and_then(|tags| tags.get("Name")).and_then(TreeNode::text).map(str::to_owned),
        zone: reader.text(values, "availability_zone"),
        vpc: reader.text(values, "vpc_id"),
        cidr: reader.block(values, "cidr_block"),
        free: free.and_then(|free| u32::try_from(free).ok()),
        ipv6_only: values.get("ipv6_native").is_some_and(|flag| flag.value == TreeValue::Flag(true)),
        origin: reader.origin(resource.authority, resource.node),
    };
    reader.found.subnets.push(subnet);
}

fn group(reader: &mut InventoryReader<'_>, resource: &Resource<'_>) {
    let id = resource.id().unwrap_or(resource.address).to_owned();
    if let Some(name) = reader.text(resource.values, "name") {
        reader.label(id, name);
    }
}
